import { existsSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import {
  type BootSetFile,
  bootSetFolder,
  bootSetTarget,
  currentLink,
  foundLink,
  isBootSetFile,
  isBootSetId,
} from './boot-set.ts'
import { BootSetPins } from './boot-set-pins.ts'

/** With the latest set that was made of such files, it stands for boot files that lie in LINBO_DIR by themselves. */
const byThemselves = 'by themselves, after '

export interface PinnedFile {
  /** Where the file is for this client, below LINBO_DIR. */
  path: string
  /** The set it is from; undefined when the files lie in LINBO_DIR by themselves. */
  set: string | undefined
  /** To be called once, when nothing more is read for this request. */
  release(): void
}

export interface PinnedBootSets {
  /**
   * Where a file is for this client. Undefined for all files but the few that are switched together; these stay of
   * one set while the client is active (`boot-set-pins.ts`). Takes some microseconds: two links are read.
   * @param path below LINBO_DIR.
   */
  take(client: string, path: string): PinnedFile | undefined
}

/**
 * One for each server that gives out boot files.
 * @param now a steady clock, in milliseconds.
 */
export function createPinnedBootSets(root: string, now: () => number): PinnedBootSets {
  const pins = new BootSetPins()
  const sets = join(root, bootSetFolder)

  const found = () => readLink(join(sets, foundLink)) ?? ''

  /** The set of a client where the files come from sets. */
  function setFor(client: string, file: BootSetFile, current: string): string {
    const pinned = pins.take(client, file, current, now())
    if (pinned === current) return current
    // It began with files that lay there by themselves: they became a set before the switch.
    const set = pinned.startsWith(byThemselves) ? foundSince(pinned) : pinned
    const isThere = isBootSetId(set) && existsSync(join(sets, set))
    if (set !== pinned || !isThere) pins.move(client, isThere ? set : current)
    return isThere ? set : current
  }

  function foundSince(pinned: string): string | undefined {
    const now = found()
    return pinned === byThemselves + now ? undefined : now
  }

  return {
    take(client, path) {
      if (!isBootSetFile(path)) return undefined
      const release = () => pins.release(client, now())
      const isOurs = readLink(join(root, path)) === bootSetTarget(path)
      const current = isOurs ? readLink(join(sets, currentLink)) : undefined
      if (!isBootSetId(current)) {
        pins.take(client, path, byThemselves + found(), now())
        return { path, set: undefined, release }
      }
      const set = setFor(client, path, current)
      return { path: `${bootSetFolder}/${set}/${path}`, set, release }
    },
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
