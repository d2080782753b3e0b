import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  chmod,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
} from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError, toLinboError, writeAtomic } from '@linbo/runtime'
import {
  type BootSetRecord,
  bootSetFolder,
  currentLink,
  isBootSetFile,
  isBootSetId,
  newBootSetId,
  parseBootSetRecord,
} from './boot-set.ts'
import { inUseMs, outdatedSets } from './boot-set-plan.ts'
import { hashedFiles, md5Of, readMd5File } from './md5-files.ts'

/** A set of boot files that machines can be given: kernel, initramfs, their checksums, the version. */
export interface BootSet extends BootSetRecord {
  id: string
  /** Of kernel and initramfs together. */
  sizeBytes: number
  /** Machines get this one. */
  isCurrent: boolean
  /** It is the current one, or was less than an hour ago: a machine may still be fetching it. */
  isInUse: boolean
  /** Why machines could not boot from it, or null. */
  problem: string | null
}

const recordName = 'set.json'
/** When the set was left for another one, ISO 8601. */
const leftName = 'left'
/** Unfinished folders of this age are nobody's any more, in milliseconds. */
const abandonedMs = 86_400_000

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

/** The sets there are, latest first. */
export async function listBootSets(root: string, now = Date.now()): Promise<BootSet[]> {
  const folder = join(root, bootSetFolder)
  const current = await currentBootSet(root)
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const sets: BootSet[] = []
  for (const entry of entries) {
    if (!entry.isDirectory() || !isBootSetId(entry.name)) continue
    const id = entry.name
    const isCurrent = id === current
    const sizes = await Promise.all(hashedFiles.map((name) => sizeOf(join(folder, id, name))))
    const lacking = hashedFiles.find((_, index) => !sizes[index])
    sets.push({
      ...(await recordOf(join(folder, id))),
      id,
      sizeBytes: sizes.reduce((sum, size) => sum + size, 0),
      isCurrent,
      isInUse: isCurrent || now - (await leftAt(join(folder, id))) < inUseMs,
      problem: lacking ? `${lacking} is missing or empty` : null,
    })
  }
  return sets.sort((a, b) => b.madeAt.localeCompare(a.madeAt) || b.id.localeCompare(a.id))
}

/** The set machines get, or undefined when the boot files below root are no set. */
export async function currentBootSet(root: string): Promise<string | undefined> {
  const id = await readlink(join(root, bootSetFolder, currentLink)).catch(() => undefined)
  return isBootSetId(id) ? id : undefined
}

/** @throws LinboError `BOOT_SET_UNKNOWN` */
export async function requireBootSet(root: string, id: string): Promise<string> {
  const folder = join(root, bootSetFolder, id)
  const found = isBootSetId(id) ? await lstat(folder).catch(() => undefined) : undefined
  if (found?.isDirectory()) return folder
  throw new LinboError('BOOT_SET_UNKNOWN', `there is no boot set ${id}`, {
    fix: 'linbo boot list shows those there are.',
  })
}

/**
 * Removes a set.
 * @throws LinboError `BOOT_SET_UNKNOWN`; `BOOT_SET_CURRENT`; `BOOT_SET_IN_USE` when it was the current one less than
 *   an hour ago; `BOOT_SET_UNWRITABLE`
 */
export async function removeBootSet(root: string, id: string, now = Date.now()): Promise<void> {
  const folder = await requireBootSet(root, id)
  if ((await currentBootSet(root)) === id) {
    throw new LinboError('BOOT_SET_CURRENT', `machines boot from ${id}`, {
      fix: 'Activate another boot set first.',
    })
  }
  if (now - (await leftAt(folder)) < inUseMs) {
    throw new LinboError('BOOT_SET_IN_USE', `machines may still be fetching ${id}`, {
      fix: 'Remove it an hour after another boot set was activated.',
    })
  }
  await writing(root, () => drop(root, id))
}

/** Removes old sets and what interrupted work left behind. */
export async function dropOldBootSets(root: string, now = Date.now()): Promise<void> {
  const folder = join(root, bootSetFolder)
  const known = await Promise.all(
    (await listBootSets(root, now)).map(async (set) => ({
      ...set,
      usedAt: Math.max(Date.parse(set.madeAt), await leftAt(join(folder, set.id))),
    })),
  )
  for (const id of outdatedSets(known)) await drop(root, id)
  for (const name of await readdir(folder)) {
    if (!name.startsWith('.')) continue
    const found = await lstat(join(folder, name)).catch(() => undefined)
    if (found && now - found.ctimeMs > abandonedMs)
      await rm(join(folder, name), { recursive: true, force: true })
  }
}

/** Under another name first, so that no half of it is a set. */
async function drop(root: string, id: string): Promise<void> {
  const folder = join(root, bootSetFolder)
  const aside = join(folder, `.old-${randomBytes(6).toString('hex')}`)
  await rename(join(folder, id), aside)
  await rm(aside, { recursive: true, force: true })
}

/** Notes that a set is left for another one. */
export async function noteLeft(root: string, id: string, now: number): Promise<void> {
  await writeAtomic(join(root, bootSetFolder, id, leftName), `${new Date(now).toISOString()}\n`)
}

/** Milliseconds since 1970; the distant past when it was never the current one. */
async function leftAt(folder: string): Promise<number> {
  const text = await readFile(join(folder, leftName), 'utf8').catch(() => '')
  const at = Date.parse(text.trim())
  return Number.isNaN(at) ? Number.NEGATIVE_INFINITY : at
}

export async function recordOf(folder: string): Promise<BootSetRecord> {
  const text = await readFile(join(folder, recordName), 'utf8').catch(() => '')
  const record = parseBootSetRecord(text)
  if (record) return record
  const { mtime } = await stat(folder)
  const sha256 = { linbo64: null, linbofs64: null }
  return { version: null, madeAt: mtime.toISOString(), by: null, sha256, overlay: [] }
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() ? found.size : 0
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

/** Brings a file or the names in a folder to the disk. */
export async function flush(path: string): Promise<void> {
  const handle = await open(path)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Does something below `.boot`, and tells what to do when that cannot be written. */
export function writing<T>(root: string, work: () => Promise<T>): Promise<T> {
  return work().catch((error) => {
    throw toLinboError(
      error,
      'BOOT_SET_UNWRITABLE',
      `cannot write ${join(root, bootSetFolder)}`,
      'Give the suite the right to write in LINBO_DIR, and room for another linbo64 and linbofs64.',
    )
  })
}
