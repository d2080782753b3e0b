import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

export interface OpenBootFile {
  /** The caller closes it. */
  handle: FileHandle
  stats: Stats
  /** Relative to LINBO_DIR, as it was asked for. */
  path: string
}

const files = ['linbo64', 'linbofs64', 'linbo64.md5', 'linbofs64.md5', 'linbo-version']

/**
 * Opens the file a URL below `/boot/` means: `linbo64` or `boot/grub/…`, with or without the leading `boot/`.
 * Only boot files are given out, whatever else lies below root, and no link leads out of what is public.
 * @param requestPath what follows `/boot/`, percent-encoded or not.
 * @returns undefined for everything else: not allowed, not there, not a file.
 */
export async function resolveBootFile(
  root: string,
  requestPath: string,
): Promise<OpenBootFile | undefined> {
  const asked = decode(requestPath.replace(/^\/+/, ''))
  if (asked === undefined) return undefined
  for (const path of [asked, `boot/${asked}`]) {
    if (!isPublic(path)) continue
    const opened = await openInside(root, path)
    if (opened) return opened
  }
  return undefined
}

function decode(path: string): string | undefined {
  try {
    const decoded = decodeURIComponent(path)
    return /^[\w.,:+@=/ -]+$/.test(decoded) ? decoded : undefined
  } catch {
    return undefined
  }
}

function isPublic(path: string): boolean {
  if (files.includes(path)) return true
  const parts = path.split('/')
  if (parts.some((part) => part === '' || part.startsWith('.'))) return false
  return parts[0] === 'boot' && parts[1] === 'grub' && parts[2] !== 'spool' && parts.length > 2
}

async function openInside(root: string, path: string): Promise<OpenBootFile | undefined> {
  // O_NONBLOCK, because opening a named pipe would wait for its writer.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK
  const handle = await open(join(root, path), flags).catch(() => undefined)
  if (!handle) return undefined
  try {
    const stats = await handle.stat()
    if (stats.isFile() && (await liesInside(root, path, stats))) return { handle, stats, path }
  } catch {
    // The file was taken away meanwhile.
  }
  await handle.close()
  return undefined
}

/** Asks the opened file, not the name: a link put there meanwhile would lead to another inode. */
async function liesInside(root: string, path: string, stats: Stats): Promise<boolean> {
  const real = await realpath(join(root, path))
  const found = await stat(real)
  if (found.ino !== stats.ino || found.dev !== stats.dev) return false
  const inside = relative(await realpath(root), real)
  if (inside === '' || inside.startsWith('..') || inside.startsWith(sep)) return false
  return files.includes(path) || isPublic(inside.split(sep).join('/'))
}
