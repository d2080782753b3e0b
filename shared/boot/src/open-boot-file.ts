import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { isBootSetFile, liesInBootSet } from './boot-set.ts'

export interface OpenBootFile {
  /** The caller closes it. */
  handle: FileHandle
  /** Relative to LINBO_DIR, as it was asked for. */
  path: string
  sizeBytes: number
  modifiedAt: Date
  modifiedNs: bigint
  /** When bytes, name or rights last changed, in milliseconds since 1970. */
  changedAt: number
  /** Another one for every change of the file, and for the file that replaces it. */
  version: string
}

/**
 * Opens the file a URL below `/boot/` means: `linbo64` or `boot/grub/…`, with or without the leading `boot/`.
 * Only boot files are given out, whatever else lies below root, and no link leads out of what is public.
 * @param requestPath what follows `/boot/`, percent-encoded or not.
 * @param place tells where below root the file with this public path is.
 * @returns undefined for everything else: not allowed, not there, not a file.
 */
export async function resolveBootFile(
  root: string,
  requestPath: string,
  place: (path: string) => string = (path) => path,
): Promise<OpenBootFile | undefined> {
  for (const path of bootFilePaths(requestPath)) {
    const opened = await openInside(root, path, place(path))
    if (opened) return opened
  }
  return undefined
}

/** The public paths below LINBO_DIR that a URL may mean, best first, whether they are there or not. */
export function bootFilePaths(requestPath: string): string[] {
  const asked = decode(requestPath)
  return asked === undefined ? [] : [asked, `boot/${asked}`].filter(isPublic)
}

/** Whether the open file still has the bytes it was opened with, even if its name means another file by now. */
export async function isUnchanged({
  handle,
  sizeBytes,
  modifiedNs,
}: OpenBootFile): Promise<boolean> {
  const { size, mtimeNs } = await handle.stat({ bigint: true })
  return Number(size) === sizeBytes && mtimeNs === modifiedNs
}

/** Slashes may be doubled, as firmware writes them. */
function decode(path: string): string | undefined {
  try {
    const decoded = decodeURIComponent(path)
      .replace(/^\/+/, '')
      .replaceAll(/\/{2,}/g, '/')
    return /^[\w.,:+@=/ -]+$/.test(decoded) ? decoded : undefined
  } catch {
    return undefined
  }
}

function isPublic(path: string): boolean {
  if (isBootSetFile(path)) return true
  const parts = path.split('/')
  if (parts.some((part) => part === '' || part.startsWith('.'))) return false
  return parts[0] === 'boot' && parts[1] === 'grub' && parts[2] !== 'spool' && parts.length > 2
}

async function openInside(
  root: string,
  path: string,
  place: string,
): Promise<OpenBootFile | undefined> {
  // O_NONBLOCK, because opening a named pipe would wait for its writer.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK
  const handle = await open(join(root, place), flags).catch(() => undefined)
  if (!handle) return undefined
  try {
    const stats = await handle.stat({ bigint: true })
    if (stats.isFile() && (await liesInside(root, path, place, stats))) {
      return {
        handle,
        path,
        sizeBytes: Number(stats.size),
        modifiedAt: stats.mtime,
        modifiedNs: stats.mtimeNs,
        changedAt: Number(stats.ctimeMs),
        version: versionOf(stats),
      }
    }
  } catch {
    // The file was taken away meanwhile.
  }
  await handle.close()
  return undefined
}

/** The time of change is among it, because the time of modification can be set back. */
function versionOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].map((number) => number.toString(36)).join('-')
}

/** Asks the opened file, not the name: a link put there meanwhile would lead to another inode. */
async function liesInside(
  root: string,
  path: string,
  place: string,
  stats: BigIntStats,
): Promise<boolean> {
  const real = await realpath(join(root, place))
  const found = await stat(real, { bigint: true })
  if (found.ino !== stats.ino || found.dev !== stats.dev) return false
  const inside = relative(await realpath(root), real)
  if (inside === '' || inside.startsWith('..') || inside.startsWith(sep)) return false
  const below = inside.split(sep).join('/')
  if (!isBootSetFile(path)) return isPublic(below)
  // Administrators put a link to a kernel of theirs there, somewhere in the tree.
  return liesInBootSet(below, path) || !below.split('/').some((part) => part.startsWith('.'))
}
