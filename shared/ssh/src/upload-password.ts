import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeSecret } from '@linbo/runtime'

/**
 * The password of the rsync user `linbo`, from `<dataDir>/rsyncd.secrets` (mode 0600), which is created with a
 * random one when it is missing. The same file serves the rsync daemon and, for the time of an upload, a client.
 */
export async function readUploadPassword(
  dataDir: string,
): Promise<{ path: string; password: string }> {
  const path = join(dataDir, 'rsyncd.secrets')
  const text = await readFile(path, 'utf8').catch(() => '')
  const line = text.split('\n').find((one) => one.startsWith('linbo:'))
  if (line) return { path, password: line.slice('linbo:'.length) }
  const password = randomBytes(24).toString('base64url')
  await writeSecret(path, `linbo:${password}\n`)
  return { path, password }
}
