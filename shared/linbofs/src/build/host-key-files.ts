import { generateKeyPair } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { LinboError, toLinboError, writeAtomic, writeSecret } from '@linbo/runtime'
import { decodeDropbearKey, encodeDropbearKey } from './dropbear-key.ts'
import {
  fingerprint,
  type HostKey,
  type HostKeyKind,
  hostKeyKinds,
  publicLine,
} from './host-key.ts'
import { decodePrivateKey, encodeOpensshKey, fromJwk } from './openssh-key.ts'
import type { HostKeyFile } from './overlay-parts.ts'
import { KeyError } from './ssh-wire.ts'

const generate = promisify(generateKeyPair)

export interface HostKeys {
  /** What goes into the initramfs. */
  files: HostKeyFile[]
  /** `SHA256:…` of the keys clients show. */
  fingerprints: string[]
}

/**
 * The host keys of all clients, one of each kind: the administrator's from `configDir`, in dropbear's format or
 * OpenSSH's (what is missing of the two is made from the other), else the suite's own from `<dataDir>/ssh`, which are
 * made when they are missing.
 * @throws LinboError `LINBOFS_HOST_KEY` naming a file that is no key, `SECRET_FILE`
 */
export async function loadHostKeys(configDir: string, dataDir: string): Promise<HostKeys> {
  const keys: HostKeys = { files: [], fingerprints: [] }
  for (const kind of hostKeyKinds) {
    const names = { dropbear: `dropbear_${kind}_host_key`, openssh: `ssh_host_${kind}_key` }
    const dropbear = await readKey(join(configDir, names.dropbear), kind)
    const openssh = await readKey(join(configDir, names.openssh), kind)
    const key = dropbear ?? openssh ?? (await ownKey(join(dataDir, 'ssh', names.openssh), kind))
    keys.files.push(
      { name: names.dropbear, content: encodeDropbearKey(key) },
      { name: names.openssh, content: encodeOpensshKey(openssh ?? key) },
      { name: `${names.openssh}.pub`, content: `${publicLine(openssh ?? key)}\n` },
    )
    keys.fingerprints.push(fingerprint(key))
  }
  return keys
}

async function readKey(path: string, kind: HostKeyKind): Promise<HostKey | undefined> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw toLinboError(error, 'SECRET_FILE', path, 'Let the user the suite runs as read it.')
  })
  if (bytes === undefined) return undefined
  try {
    const isText = bytes.includes('-----BEGIN ')
    const key = isText ? decodePrivateKey(bytes.toString('latin1')) : decodeDropbearKey(bytes)
    if (key.kind !== kind) throw new KeyError(`it is of the kind ${key.kind}`)
    return key
  } catch (error) {
    if (!(error instanceof KeyError)) throw error
    throw new LinboError('LINBOFS_HOST_KEY', `${path} cannot be used: ${error.message}`, {
      fix: 'Put a private host key without a passphrase there, or remove the file: the suite then takes its own.',
      cause: error,
    })
  }
}

async function ownKey(path: string, kind: HostKeyKind): Promise<HostKey> {
  const found = await readKey(path, kind)
  if (found) return found
  const key = await makeHostKey(kind)
  try {
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
    await writeSecret(path, encodeOpensshKey(key))
    await writeAtomic(`${path}.pub`, `${publicLine(key)}\n`)
  } catch (error) {
    const fix = 'Make the folder writable for the user the suite runs as.'
    throw toLinboError(error, 'SECRET_FILE', path, fix)
  }
  return key
}

/** A new key; takes another thread up to a second. */
async function makeHostKey(kind: HostKeyKind): Promise<HostKey> {
  const { privateKey } =
    kind === 'rsa'
      ? await generate('rsa', { modulusLength: 3072 })
      : kind === 'ecdsa'
        ? await generate('ec', { namedCurve: 'P-256' })
        : await generate('ed25519')
  return fromJwk(privateKey.export({ format: 'jwk' }))
}
