import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toLinboError, writeSecret } from '@linbo/runtime'
import { readOrCreate } from './once.ts'

/** The password of the rsync user `linbo`, and where it comes from. */
export interface UploadPassword {
  /** `<dataDir>/rsyncd.secrets`. */
  path: string
  password: string
  /** Made by the suite because there was none; no person knows it. */
  isRandom: boolean
}

/** Stands before a line that the suite made. A line that begins with `#` belongs to nobody. */
const randomMark = '# made by the suite; to set your own: linbo config set-password'

/**
 * The password of the rsync user `linbo`, from `<dataDir>/rsyncd.secrets` (mode 0600). The file, or the user's line in
 * it, is created with a random password when it is missing; other users' lines stay. The same file serves the rsync
 * daemon and, for the time of an upload, a client.
 * @throws LinboError `SECRET_FILE`.
 */
export async function readUploadPassword(dataDir: string): Promise<UploadPassword> {
  const path = pathIn(dataDir)
  const fresh = () => `${randomMark}\nlinbo:${randomBytes(24).toString('base64url')}\n`
  let text = await readOrCreate(path, fresh)
  if (passwordIn(text) === undefined) {
    text = `${ended(text)}${fresh()}`
    await writeSecret(path, text)
  }
  return { path, password: passwordIn(text) ?? '', isRandom: linesOf(text).includes(randomMark) }
}

/**
 * Gives the rsync user `linbo` this password; other users' lines and comments stay. The daemon reads the file anew for
 * each sign-in.
 * @throws LinboError `SECRET_FILE`.
 */
export async function writeUploadPassword(dataDir: string, password: string): Promise<void> {
  const path = pathIn(dataDir)
  try {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      return ''
    })
    const kept = linesOf(text).filter((line) => line !== randomMark && !line.startsWith('linbo:'))
    await writeSecret(path, `${ended(kept.join('\n'))}linbo:${password}\n`)
  } catch (error) {
    const fix = 'Make the file and its folder readable and writable for the user the suite runs as.'
    throw toLinboError(error, 'SECRET_FILE', path, fix)
  }
}

const pathIn = (dataDir: string) => join(dataDir, 'rsyncd.secrets')
const linesOf = (text: string) => text.split(/\r?\n/)
const ended = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

function passwordIn(text: string): string | undefined {
  const line = linesOf(text).find((one) => one.startsWith('linbo:'))
  return line?.slice('linbo:'.length) || undefined
}
