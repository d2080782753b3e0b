import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { writeSecret } from '@linbo/runtime'
import { readOrCreate } from './once.ts'

/**
 * The password of the rsync user `linbo`, from `<dataDir>/rsyncd.secrets` (mode 0600). The file, or the user's line in
 * it, is created with a random password when it is missing; other users' lines stay. The same file serves the rsync
 * daemon and, for the time of an upload, a client.
 * @throws LinboError `SECRET_FILE`.
 */
export async function readUploadPassword(
  dataDir: string,
): Promise<{ path: string; password: string }> {
  const path = join(dataDir, 'rsyncd.secrets')
  const fresh = () => `linbo:${randomBytes(24).toString('base64url')}\n`
  const text = await readOrCreate(path, fresh)
  const found = passwordIn(text)
  if (found !== undefined) return { path, password: found }
  const line = fresh()
  await writeSecret(path, text === '' || text.endsWith('\n') ? text + line : `${text}\n${line}`)
  return { path, password: passwordIn(line) ?? '' }
}

function passwordIn(text: string): string | undefined {
  const line = text.split(/\r?\n/).find((one) => one.startsWith('linbo:'))
  return line?.slice('linbo:'.length) || undefined
}
