import { isUnchanged, type OpenBootFile } from '@linbo/boot'
import type { Clock } from '@linbo/runtime'

/** Some bytes of a file. Many may be sending the same memory: nobody writes to it. */
export interface Slice {
  bytes: Uint8Array
  /** To be called once, when the bytes are no longer needed. */
  release(): void
}

/** Parts of files in memory, shared by everybody who reads them. */
export interface SliceCache {
  /**
   * The bytes from `position` on, as many as are at hand together.
   * @throws Error when the file is no longer the version that was opened.
   */
  read(file: OpenBootFile, position: number): Promise<Slice>
  /** What it holds now. */
  readonly heldBytes: number
  close(): void
}

interface Held {
  bytes: Buffer
  loaded: Promise<void>
  users: number
  usedAt: number
}

const sliceBytes = 1024 * 1024
/** What one reader holds for himself when nothing can be shared. */
const ownBytes = 64 * 1024
/** Two changes in a row may bear the same time, so a file that has just changed is not shared. */
const settledMs = 2000
const idleMs = 30_000

/**
 * @param maxBytes the most it holds. Slices that are being sent stay; when these fill it, and for a file that has
 * just changed, everybody reads 64 KB at a time for himself.
 */
export function createSliceCache(maxBytes: number, clock: Clock): SliceCache {
  /** In the order of their last use. */
  const held = new Map<string, Held>()
  let heldBytes = 0
  let cancelSweep: (() => void) | undefined

  function drop(key: string, slice: Held): void {
    if (held.get(key) !== slice) return
    held.delete(key)
    heldBytes -= slice.bytes.length
  }

  function makeRoom(length: number): boolean {
    if (length > maxBytes) return false
    for (const [key, slice] of held) {
      if (heldBytes + length <= maxBytes) break
      if (slice.users === 0) drop(key, slice)
    }
    return heldBytes + length <= maxBytes
  }

  function load(key: string, file: OpenBootFile, start: number): Held | undefined {
    const length = Math.min(sliceBytes, file.sizeBytes - start)
    if (clock.now() - file.changedAt < settledMs || !makeRoom(length)) return undefined
    const bytes = Buffer.allocUnsafeSlow(length)
    const slice: Held = { bytes, users: 0, usedAt: 0, loaded: fill(file, bytes, start) }
    slice.loaded.catch(() => drop(key, slice))
    heldBytes += length
    cancelSweep ??= clock.after(idleMs, sweep)
    return slice
  }

  function sweep(): void {
    for (const [key, slice] of held) {
      if (slice.users === 0 && clock.now() - slice.usedAt >= idleMs) drop(key, slice)
    }
    cancelSweep = held.size > 0 ? clock.after(idleMs, sweep) : undefined
  }

  return {
    get heldBytes() {
      return heldBytes
    },
    async read(file, position) {
      const start = position - (position % sliceBytes)
      const key = `${file.version} ${start}`
      const slice = held.get(key) ?? load(key, file, start)
      if (!slice) {
        const bytes = Buffer.allocUnsafe(Math.min(ownBytes, file.sizeBytes - position))
        await fill(file, bytes, position)
        return { bytes, release: () => {} }
      }
      held.delete(key)
      held.set(key, slice)
      slice.users++
      slice.usedAt = clock.now()
      const release = () => void slice.users--
      try {
        await slice.loaded
      } catch (error) {
        release()
        throw error
      }
      return { bytes: slice.bytes.subarray(position - start), release }
    },
    close() {
      cancelSweep?.()
      held.clear()
      heldBytes = 0
    },
  }
}

async function fill(file: OpenBootFile, bytes: Uint8Array, start: number): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    const rest = bytes.length - done
    const { bytesRead } = await file.handle.read(bytes, done, rest, start + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  if (done < bytes.length || !(await isUnchanged(file))) {
    throw new Error('the file was changed meanwhile')
  }
}
