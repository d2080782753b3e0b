import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError, spawnChild } from '@linbo/runtime'
import { dearmor } from './armor.ts'

export interface Signer {
  /** As the keyring names the key, e.g. `Example <packages@example.org>`. */
  signer: string
  /** Of the primary key, hexadecimal. */
  fingerprint: string
}

/**
 * Checks a detached OpenPGP signature with Debian's gpgv against the administrator's keyring.
 * @param signature armored or binary
 * @param keyring file of public keys, armored or binary
 * @param folder where to put files for gpgv meanwhile
 * @throws LinboError `PACKAGE_KEYRING` without a keyring, `PACKAGE_SIGNATURE` when the signature is not good,
 * `CHILD_MISSING` without gpgv
 */
export async function checkSignature(options: {
  file: string
  signature: Uint8Array
  keyring: string
  folder: string
}): Promise<Signer> {
  const keys = await readFile(options.keyring).catch((cause) => {
    throw new LinboError('PACKAGE_KEYRING', 'there is no keyring to check the signature with', {
      fix: `Put the public keys you trust into ${options.keyring} (gpg --export).`,
      cause,
    })
  })
  const [keyring, signature] = ['keyring', 'signature'].map((name) => join(options.folder, name))
  if (!keyring || !signature) throw new Error('no names')
  await writeFile(keyring, dearmor(keys))
  await writeFile(signature, dearmor(options.signature))
  try {
    const told: string[] = []
    const words: string[] = []
    const home = ['--homedir', options.folder]
    const gpgv = spawnChild({
      command: 'gpgv',
      args: [...home, '--status-fd', '1', '--keyring', keyring, signature, options.file],
      debianPackage: 'gpgv',
      onLine: (line, stream) => (stream === 'stdout' ? told : words).push(line),
    })
    const code = await gpgv.exited
    const found = signerOf(told)
    if (code === 0 && found) return found
    throw new LinboError('PACKAGE_SIGNATURE', `the signature is not good: ${why(told, words)}`, {
      fix: 'Take package and signature from the same place, and put the right key into the keyring.',
    })
  } finally {
    await Promise.all([keyring, signature].map((path) => rm(path, { force: true })))
  }
}

/** What gpgv says to programs (GnuPG's doc/DETAILS); a signature counts only when nothing is wrong with its key. */
function signerOf(told: string[]): Signer | undefined {
  const good = told.flatMap((line) => /^\[GNUPG:\] GOODSIG \S+ (.+)$/.exec(line)?.[1] ?? [])
  const valid = told.flatMap((line) => /^\[GNUPG:\] VALIDSIG (.+)$/.exec(line)?.[1] ?? [])
  const [signer, fingerprint] = [good[0], valid[0]?.split(' ').at(-1)]
  return good.length === 1 && signer && fingerprint ? { signer, fingerprint } : undefined
}

function why(told: string[], words: string[]): string {
  const has = (word: string) => told.some((line) => line.startsWith(`[GNUPG:] ${word}`))
  if (has('BADSIG')) return 'it is of another file'
  if (has('NO_PUBKEY')) return 'its key is not in the keyring'
  if (has('EXPKEYSIG') || has('KEYEXPIRED')) return 'its key has expired'
  if (has('REVKEYSIG')) return 'its key was revoked'
  if (has('EXPSIG')) return 'it has expired'
  return words.at(-1)?.replace(/^gpgv: /, '') ?? 'gpgv does not take it'
}
