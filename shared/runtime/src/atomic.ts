import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Writes a whole file so that readers see the old bytes or the new ones, never half: a temporary file in
 * the same folder, fsync, rename. Every write below LINBO_DIR goes through here. Creates the folder.
 * @param options.mode permission bits of the new file (default 0644).
 * @param options.owner who the new file belongs to; only root may give files away.
 */
export async function writeAtomic(
  path: string,
  content: string | Uint8Array,
  options: { mode?: number; owner?: { uid: number; gid: number } } = {},
): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true })
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  try {
    const file = await open(temporary, 'wx', options.mode ?? 0o644)
    try {
      await file.chmod(options.mode ?? 0o644)
      if (options.owner) await file.chown(options.owner.uid, options.owner.gid)
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** `writeAtomic` for a copy of another file, however large. */
export async function copyAtomic(
  from: string,
  to: string,
  options: { mode?: number } = {},
): Promise<void> {
  const folder = dirname(to)
  await mkdir(folder, { recursive: true })
  const temporary = join(folder, `.${basename(to)}.${randomBytes(6).toString('hex')}`)
  try {
    await copyFile(from, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    const file = await open(temporary, 'r+')
    try {
      await file.chmod(options.mode ?? 0o644)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, to)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** `writeAtomic` for something only our own user may read (mode 0600). */
export function writeSecret(path: string, content: string | Uint8Array): Promise<void> {
  return writeAtomic(path, content, { mode: 0o600 })
}
