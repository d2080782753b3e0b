import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Request } from './request.ts'

/** Folders with more entries than this are not read through links by a daemon that is not locked in. */
const maxEntries = 20_000

/** The size of a file; null for a folder; undefined when there is nothing, or a link that leads out of the root. */
export async function measure(
  root: string,
  path: string,
): Promise<{ sizeBytes: number | null } | undefined> {
  const real = await realpath(join(root, path)).catch(() => undefined)
  if (real === undefined || !isBelow(await realpath(root), real)) return undefined
  const found = await stat(real).catch(() => undefined)
  if (found?.isFile()) return { sizeBytes: found.size }
  return found?.isDirectory() ? { sizeBytes: null } : undefined
}

/**
 * True when a path leads out of the root through symbolic links, or would while its folder is read with links
 * followed. Needed only where the daemon cannot lock itself into the root (`use chroot`), which takes root; a
 * path of unknown meaning counts as leading out when links are followed.
 */
export async function leadsOut(
  root: string,
  path: string | undefined,
  request: Request,
): Promise<boolean> {
  if (path === undefined) return request.followsLinks
  const top = await realpath(root)
  const real = await realpath(join(root, path)).catch(() => undefined)
  if (real === undefined) return false
  if (!isBelow(top, real)) return true
  if (!request.followsLinks || !request.isRecursive) return false
  const folders = [real]
  let seen = 0
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      if (++seen > maxEntries) return true
      const inside = join(folder, entry.name)
      if (entry.isDirectory()) folders.push(inside)
      if (!entry.isSymbolicLink()) continue
      const target = await realpath(inside).catch(() => undefined)
      if (target !== undefined && !isBelow(top, target)) return true
    }
  }
  return false
}

function isBelow(top: string, real: string): boolean {
  return real === top || real.startsWith(`${top}/`)
}
