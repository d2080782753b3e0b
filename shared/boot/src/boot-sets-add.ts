import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, lstat, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError, writeAtomic } from '@linbo/runtime'
import { type BootSetRecord, bootSetFolder, isBootSetFile, newBootSetId } from './boot-set.ts'
import { recordName, recordOf } from './boot-sets.ts'
import { flush, writing } from './boot-sets-disk.ts'
import { hashedFiles, md5Of, readMd5File } from './md5-files.ts'

/**
 * Makes an empty folder for a new set, to be filled and given to `addBootSet`. One that is left lying is removed
 * after a day.
 * @returns its absolute path.
 * @throws LinboError `BOOT_SET_UNWRITABLE`
 */
export async function stageBootSet(root: string): Promise<string> {
  const folder = join(root, bootSetFolder, `.new-${randomBytes(6).toString('hex')}`)
  await writing(root, async () => {
    await mkdir(folder, { recursive: true })
    // Whoever serves the files may be another user, whatever our umask is.
    for (const one of [join(root, bootSetFolder), folder]) await chmod(one, 0o755)
  })
  return folder
}

/**
 * Makes a staged folder a set. Nobody gets it before it is activated.
 * @param record what to write into `set.json`; without it, the file is there already.
 * @returns the id.
 * @throws LinboError `BOOT_SET_BROKEN` when something is missing in the folder, `BOOT_SET_UNWRITABLE`
 */
export async function addBootSet(
  root: string,
  staged: string,
  record?: BootSetRecord,
): Promise<string> {
  for (const name of hashedFiles) {
    const found = await lstat(join(staged, name)).catch(() => undefined)
    if (!found?.isFile() || found.size === 0) {
      throw new LinboError('BOOT_SET_BROKEN', `the new boot set has no ${name}`, {
        fix: 'Import the linuxmuster-linbo7 package again and build anew.',
      })
    }
  }
  await writing(root, async () => {
    for (const name of await readdir(staged))
      if (isBootSetFile(name)) await chmod(join(staged, name), 0o644)
  })
  return keepStaged(root, staged, '', record)
}

/** The same for files that were found: they may be incomplete, and their checksums are not believed. */
export async function addFoundBootSet(root: string, staged: string, now: number): Promise<string> {
  const version = await readFile(join(staged, 'linbo-version'), 'utf8').catch(() => '')
  const sums = { linbo64: null, linbofs64: null } as BootSetRecord['sha256']
  for (const name of hashedFiles) {
    const md5 = await md5Of(join(staged, name))
    if (md5 === undefined) await rm(join(staged, `${name}.md5`), { force: true })
    else if ((await readMd5File(staged, name)) !== md5)
      await writeAtomic(join(staged, `${name}.md5`), `${md5}\n`)
    if (md5 !== undefined) sums[name] = await sha256Of(join(staged, name))
  }
  const madeAt = new Date(now).toISOString()
  const record = { version: version.trim() || null, madeAt, by: null, sha256: sums, overlay: [] }
  return keepStaged(root, staged, 'found-', record)
}

function keepStaged(
  root: string,
  staged: string,
  prefix: '' | 'found-',
  record?: BootSetRecord,
): Promise<string> {
  return writing(root, async () => {
    for (const name of hashedFiles) {
      const md5 = await md5OfMissing(staged, name)
      if (md5 !== undefined) await writeAtomic(join(staged, `${name}.md5`), `${md5}\n`)
    }
    if (record) await writeAtomic(join(staged, recordName), JSON.stringify(record, null, 2))
    const { madeAt, sha256 } = record ?? (await recordOf(staged))
    for (const name of await readdir(staged)) await flush(join(staged, name))
    await flush(staged)
    const parent = join(root, bootSetFolder)
    for (;;) {
      const id = newBootSetId(prefix, madeAt, sha256.linbofs64, new Set(await readdir(parent)))
      const isNew = await rename(staged, join(parent, id)).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOTEMPTY' || error.code === 'EEXIST') return false
          throw error
        },
      )
      if (!isNew) continue
      await flush(parent)
      return id
    }
  })
}

async function md5OfMissing(folder: string, name: string): Promise<string | undefined> {
  const isThere = (await readMd5File(folder, name)) !== undefined
  return isThere ? undefined : md5Of(join(folder, name))
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}
