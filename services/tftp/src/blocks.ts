import { headerBytes, Opcode, writeHeader } from './packet.ts'

/** What blocks are cut from. */
export interface Content {
  readonly id: string
  readonly sizeBytes: number
  /** Fills the views from `position`, which is always the start of a chunk. */
  read(views: Uint8Array[], position: number): Promise<void>
}

/** Some blocks in a row, as finished DATA packets. Never written to again: the kernel may still be reading. */
interface Chunk {
  frames: Uint8Array[]
  bytes: number
}

/** Bytes of a file that are read at once, and the most blocks that one system call fills (IOV_MAX). */
const chunkTargetBytes = 64 * 1024
const mostBlocks = 1024

/** Blocks in one chunk. */
export function blocksPerChunk(blksize: number): number {
  return Math.min(mostBlocks, Math.max(1, Math.floor(chunkTargetBytes / blksize)))
}

/** DATA packets that several transfers share, forgotten oldest first beyond `maxBytes`. */
export class FrameCache {
  readonly #maxBytes: number
  readonly #chunks = new Map<string, Chunk>()
  readonly #loading = new Map<string, Promise<Chunk>>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get(key: string): Chunk | undefined {
    const chunk = this.#chunks.get(key)
    if (!chunk) return undefined
    this.#chunks.delete(key)
    this.#chunks.set(key, chunk)
    return chunk
  }

  /** The chunk of that key, made by `make` unless somebody already does. */
  load(key: string, make: () => Promise<Chunk>): Promise<Chunk> {
    const known = this.get(key)
    if (known) return Promise.resolve(known)
    const under = this.#loading.get(key)
    if (under) return under
    const made = make()
      .then((chunk) => this.#keep(key, chunk))
      .finally(() => this.#loading.delete(key))
    this.#loading.set(key, made)
    return made
  }

  clear(): void {
    this.#chunks.clear()
    this.#bytes = 0
  }

  #keep(key: string, chunk: Chunk): Chunk {
    this.#chunks.set(key, chunk)
    this.#bytes += chunk.bytes
    for (const [oldKey, old] of this.#chunks) {
      if (this.#bytes <= this.#maxBytes) break
      this.#chunks.delete(oldKey)
      this.#bytes -= old.bytes
    }
    return chunk
  }
}

/** The DATA packets of one transfer, by block number from 1 without rollover. */
export class Blocks {
  readonly #content: Content
  readonly #blksize: number
  readonly #perChunk: number
  readonly #last: number
  readonly #cache: FrameCache
  /** Chunks this transfer is working with; it holds them even when the cache has let go. */
  readonly #held = new Map<number, Chunk>()
  /** The chunk that the client has come to. */
  #reached = -1
  /** The chunk asked for in advance last. */
  #ahead = 0

  constructor(content: Content, blksize: number, cache: FrameCache) {
    this.#content = content
    this.#blksize = blksize
    this.#perChunk = blocksPerChunk(blksize)
    this.#last = Math.floor(content.sizeBytes / blksize) + 1
    this.#cache = cache
  }

  /** The packet of a block, or undefined when it has to be loaded first. */
  frame(block: number): Uint8Array | undefined {
    const index = Math.floor((block - 1) / this.#perChunk)
    return this.#held.get(index)?.frames[block - 1 - index * this.#perChunk]
  }

  /**
   * Brings the chunk of `block`.
   * @throws what the content's read throws.
   */
  async load(block: number): Promise<void> {
    await this.#hold(Math.floor((block - 1) / this.#perChunk))
  }

  /** Tells that blocks up to `acked` are done with, and prepares for those that follow. */
  advance(acked: number): void {
    const index = Math.floor(acked / this.#perChunk)
    if (index === this.#reached) return
    this.#reached = index
    for (const held of this.#held.keys()) if (held < index) this.#held.delete(held)
    if (this.#ahead > index || (index + 1) * this.#perChunk >= this.#last) return
    this.#ahead = index + 1
    // A failure shows again, to somebody who can act, when the block is really needed.
    this.#hold(index + 1).catch(() => {})
  }

  release(): void {
    this.#held.clear()
  }

  async #hold(index: number): Promise<void> {
    const key = `${this.#content.id}/${this.#blksize}/${index}`
    this.#held.set(index, await this.#cache.load(key, () => this.#make(index)))
  }

  async #make(index: number): Promise<Chunk> {
    const first = index * this.#perChunk + 1
    const count = Math.min(this.#perChunk, this.#last - first + 1)
    const start = (first - 1) * this.#blksize
    const dataBytes = Math.min(count * this.#blksize, this.#content.sizeBytes - start)
    const memory = new Uint8Array(dataBytes + count * headerBytes)
    const frames: Uint8Array[] = []
    const views: Uint8Array[] = []
    for (let at = 0, left = dataBytes, block = first; block < first + count; block++) {
      const length = Math.min(this.#blksize, left)
      const frame = memory.subarray(at, at + headerBytes + length)
      writeHeader(frame, Opcode.data, block)
      frames.push(frame)
      if (length > 0) views.push(frame.subarray(headerBytes))
      at += frame.length
      left -= length
    }
    if (views.length > 0) await this.#content.read(views, start)
    return { frames, bytes: memory.length }
  }
}
