import { join } from 'node:path'
import { LinboError, writeAtomic } from '@linbo/runtime'
import ssh2 from 'ssh2'
import { readOrCreate } from './once.ts'

/** The key pair we log in to LINBO clients with. Its public half belongs into the initramfs' authorized_keys. */
export interface ClientKey {
  privateKey: string
  /** One `ssh-ed25519 …` line. */
  publicKey: string
}

/**
 * A new Ed25519 key pair in OpenSSH's format. ssh2 drops a leading zero byte of the public key, so that one in 256 of
 * its key files is malformed; those are thrown away.
 */
export function makeKeyPair(): ClientKey {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'linbo-server' })
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) {
      return { privateKey: pair.private, publicKey: pair.public }
    }
  }
}

/**
 * Reads `<dataDir>/ssh/id_ed25519`, or creates it (mode 0600) with its `.pub` beside it.
 * @throws LinboError `SSH_KEY` when the file is no private key, `SECRET_FILE` when it cannot be read or created.
 */
export async function loadClientKey(dataDir: string): Promise<ClientKey> {
  const path = join(dataDir, 'ssh', 'id_ed25519')
  let created = false
  const privateKey = await readOrCreate(path, () => {
    created = true
    return makeKeyPair().privateKey
  })
  const publicKey = publicHalf(privateKey, path)
  if (created) await writeAtomic(`${path}.pub`, `${publicKey}\n`)
  return { privateKey, publicKey }
}

function publicHalf(privateKey: string, path: string): string {
  const parsed = ssh2.utils.parseKey(privateKey)
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  if (!key || key instanceof Error || !key.isPrivateKey()) {
    throw new LinboError('SSH_KEY', `${path} is not a private key without a passphrase`, {
      fix: 'Put the right key there, or remove the file: a new one is made, which clients must then be given.',
      cause: key,
    })
  }
  return `${key.type} ${key.getPublicSSH().toString('base64')} linbo-server`
}
