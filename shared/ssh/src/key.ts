import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomic, writeSecret } from '@linbo/runtime'
import ssh2 from 'ssh2'

/** The key pair we log in to LINBO clients with. Its public half belongs into the initramfs' authorized_keys. */
export interface ClientKey {
  privateKey: string
  /** One `ssh-ed25519 …` line. */
  publicKey: string
}

/** Reads `<dataDir>/ssh/id_ed25519`, or creates it (mode 0600) with its `.pub` beside it. */
export async function loadClientKey(dataDir: string): Promise<ClientKey> {
  const path = join(dataDir, 'ssh', 'id_ed25519')
  const privateKey = await readFile(path, 'utf8').catch(() => undefined)
  if (privateKey) return { privateKey, publicKey: publicHalf(privateKey) }
  const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'linbo-server' })
  await writeSecret(path, pair.private)
  await writeAtomic(`${path}.pub`, `${pair.public}\n`)
  return { privateKey: pair.private, publicKey: pair.public }
}

function publicHalf(privateKey: string): string {
  const parsed = ssh2.utils.parseKey(privateKey)
  const key = parsed instanceof Error ? undefined : Array.isArray(parsed) ? parsed[0] : parsed
  if (!key) throw parsed
  return `${key.type} ${key.getPublicSSH().toString('base64')} linbo-server`
}
