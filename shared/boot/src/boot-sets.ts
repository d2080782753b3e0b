import { randomBytes } from 'node:crypto'
import { lstat, readdir, readFile, readlink, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError, writeAtomic } from '@linbo/runtime'
import {
  type BootSetRecord,
  bootSetFolder,
  currentLink,
  isBootSetId,
  parseBootSetRecord,
} from './boot-set.ts'
import { inUseMs, outdatedSets } from './boot-set-plan.ts'
import { writing } from './boot-sets-disk.ts'
import { hashedFiles } from './md5-files.ts'

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

/** What is told about a set lies in it under this name. */
export const recordName = 'set.json'
/** When the set was left for another one, ISO 8601. */
const leftName = 'left'
/** Unfinished folders of this age are nobody's any more, in milliseconds. */
const abandonedMs = 86_400_000

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
