import { type BigIntStats, constants, statSync } from 'node:fs'
import { type FileHandle, open, readlink, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { liesInBootSet } from '@linbo/boot/boot-set'
import { pathBelow, whySecret } from './path.ts'

/** A file being read, by one or more transfers. */
export interface BootFile {
  /** Tells this content apart from any other: changes when the file is replaced or written to. */
  readonly id: string
  readonly sizeBytes: number
  /**
   * Fills the views, in order, from `position`.
   * @throws when the file was changed or cut since it was opened.
   */
  read(views: Uint8Array[], position: number): Promise<void>
  /** Says that a transfer no longer needs the file. */
  release(): Promise<void>
}

export type Opened =
  | { kind: 'file'; file: BootFile }
  | { kind: 'missing'; reason: string }
  /** There is something, but it is not for this client. */
  | { kind: 'refused'; reason: string }

export interface Files {
  /**
   * Opens a path below the root (already checked by `requestedPath`).
   * @param at where in the root the file is, when not there.
   */
  open(path: string, at?: string): Promise<Opened>
  /** True when the root itself could not be found. */
  readonly rootMissing: boolean
  /** Looks for the root. */
  check(): Promise<void>
}

const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY
const absent = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'])

/** The tree below `root`, read-only. Symbolic links are followed as long as they stay inside. */
export function createFiles(root: string): Files {
  const shared = new Map<string, SharedFile>()
  let rootMissing = false

  async function realRoot(): Promise<string | undefined> {
    const found = await realpath(root).catch(() => undefined)
    rootMissing = found === undefined
    return found
  }

  /** GRUB asks for nine files in a row that are not there: that they are not is found out without waiting. */
  function isAbsent(path: string): boolean {
    if (statSync(join(root, path), { throwIfNoEntry: false })) return false
    rootMissing = !statSync(root, { throwIfNoEntry: false })
    return true
  }

  async function openOnce(path: string, at: string): Promise<Opened | 'replaced'> {
    if (isAbsent(at))
      return { kind: 'missing', reason: rootMissing ? `${root} is missing` : 'no such file' }
    const base = await realRoot()
    if (base === undefined) return { kind: 'missing', reason: `${root} is missing` }
    // Looked at before it is opened: opening alone can do something, if it is a device.
    const target = await realpath(join(base, at))
    const before = judge(base, target, path)
    if (before) return before
    if (!(await stat(target)).isFile()) return { kind: 'refused', reason: 'not a regular file' }
    const handle = await open(target, flags)
    let isKept = false
    try {
      // What counts is what the descriptor is, however the path was swapped meanwhile.
      const opened = await readlink(`/proc/self/fd/${handle.fd}`)
      if (opened === `${target} (deleted)`) return 'replaced'
      const after = judge(base, opened, path)
      if (after) return after
      const facts = await handle.stat({ bigint: true })
      if (!facts.isFile()) return { kind: 'refused', reason: 'not a regular file' }
      const id = identity(facts)
      const known = shared.get(id)
      if (known) return { kind: 'file', file: known.use() }
      const file = new SharedFile(id, facts, handle, () => shared.delete(id))
      shared.set(id, file)
      isKept = true
      return { kind: 'file', file: file.use() }
    } finally {
      if (!isKept) await handle.close()
    }
  }

  return {
    async open(path, at = path) {
      try {
        // A file replaced between looking and opening is there again under its name.
        for (let attempt = 0; attempt < 3; attempt++) {
          const opened = await openOnce(path, at)
          if (opened !== 'replaced') return opened
        }
        return { kind: 'missing', reason: 'removed while it was being opened' }
      } catch (error) {
        const errno = (error as NodeJS.ErrnoException).code ?? 'unknown'
        if (absent.has(errno)) return { kind: 'missing', reason: 'no such file' }
        return { kind: 'refused', reason: `cannot be opened: ${errno}` }
      }
    },
    get rootMissing() {
      return rootMissing
    },
    async check() {
      await realRoot()
    },
  }
}

/** Judges what a path turned out to be. Boot sets are private, but not the files that are asked for by name. */
function judge(base: string, target: string, path: string): Opened | undefined {
  const below = pathBelow(base, target)
  if (below === undefined) return { kind: 'missing', reason: `leads outside, to ${target}` }
  const secret = liesInBootSet(below, path) ? undefined : whySecret(below)
  return secret ? { kind: 'missing', reason: secret } : undefined
}

/** Differs after every change, also when length and time of the last one were put back. */
function identity(facts: BigIntStats): string {
  return `${facts.dev}:${facts.ino}:${facts.size}:${facts.mtimeNs}:${facts.ctimeNs}`
}

/** Whether the opened file is still what it was. To be replaced by another does not change it. */
function isSame(before: BigIntStats, now: BigIntStats): boolean {
  if (before.size !== now.size || before.mtimeNs !== now.mtimeNs) return false
  return before.ctimeNs === now.ctimeNs || before.nlink !== now.nlink
}

class SharedFile implements BootFile {
  readonly id: string
  readonly sizeBytes: number
  readonly #facts: BigIntStats
  readonly #handle: FileHandle
  readonly #forget: () => void
  #users = 0

  constructor(id: string, facts: BigIntStats, handle: FileHandle, forget: () => void) {
    this.id = id
    this.sizeBytes = Number(facts.size)
    this.#facts = facts
    this.#handle = handle
    this.#forget = forget
  }

  use(): this {
    this.#users++
    return this
  }

  async read(views: Uint8Array[], position: number): Promise<void> {
    const wanted = views.reduce((sum, view) => sum + view.length, 0)
    const [{ bytesRead }, now] = await Promise.all([
      this.#handle.readv(views, position),
      this.#handle.stat({ bigint: true }),
    ])
    if (bytesRead !== wanted || !isSame(this.#facts, now)) {
      throw new Error('the file changed while it was being sent')
    }
  }

  async release(): Promise<void> {
    this.#users--
    if (this.#users > 0) return
    this.#forget()
    await this.#handle.close()
  }
}
