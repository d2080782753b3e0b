import { type Placed, place } from '@linbo/runtime/datagrams'
import { headerBytes, Opcode, writeHeader } from './packet.ts'

/** What blocks are cut from. */
export interface Content {
  readonly id: string
  readonly sizeBytes: number
  /** Fills the views from `position`, which is always the start of a chunk. */
  read(views: Uint8Array[], position: number): Promise<void>
}

/** Some blocks in a row, as finished DATA packets that lie one behind the other. Never written to again. */
interface Chunk {
  data: Placed
  first: number
  count: number
}

/** DATA packets in a row: `count` of them in `bytes` bytes of `data` from `offset`. */
export interface Run {
  data: Placed
  offset: number
  bytes: number
  count: number
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
    this.#bytes += chunk.data.bytes.length
    for (const [oldKey, old] of this.#chunks) {
      if (this.#bytes <= this.#maxBytes) break
      this.#chunks.delete(oldKey)
      this.#bytes -= old.data.bytes.length
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
  readonly #reading: <T>(load: Promise<T>) => Promise<T>
  /** Chunks this transfer is working with; it holds them even when the cache has let go. */
  readonly #held = new Map<number, Chunk>()
  readonly #run: Run = { data: { bytes: new Uint8Array(), at: 0 }, offset: 0, bytes: 0, count: 0 }
  /** The chunk that the client has come to. */
  #reached = -1
  /** The chunk asked for in advance last. */
  #ahead = 0

  /** @param reading is told of everything that is being read. */
  constructor(
    content: Content,
    blksize: number,
    cache: FrameCache,
    reading: <T>(load: Promise<T>) => Promise<T> = (load) => load,
  ) {
    this.#reading = reading
    this.#content = content
    this.#blksize = blksize
    this.#perChunk = blocksPerChunk(blksize)
    this.#last = Math.floor(content.sizeBytes / blksize) + 1
    this.#cache = cache
  }

  /** Bytes of a DATA packet that is not the last. */
  get frameBytes(): number {
    return headerBytes + this.#blksize
  }

  /**
   * The packets from `block` on that lie in a row, `most` at the most, or undefined when they have to be loaded first.
   * The next call changes what this one returned.
   */
  run(block: number, most: number): Run | undefined {
    const chunk = this.#held.get(Math.floor((block - 1) / this.#perChunk))
    if (!chunk) return undefined
    const run = this.#run
    run.data = chunk.data
    run.count = Math.min(most, chunk.first + chunk.count - block)
    run.offset = (block - chunk.first) * this.frameBytes
    run.bytes = Math.min(run.count * this.frameBytes, chunk.data.bytes.length - run.offset)
    return run
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
    this.#held.set(index, await this.#reading(this.#cache.load(key, () => this.#make(index))))
  }

  async #make(index: number): Promise<Chunk> {
    const first = index * this.#perChunk + 1
    const count = Math.min(this.#perChunk, this.#last - first + 1)
    const start = (first - 1) * this.#blksize
    const dataBytes = Math.min(count * this.#blksize, this.#content.sizeBytes - start)
    const memory = new Uint8Array(dataBytes + count * headerBytes)
    const views: Uint8Array[] = []
    for (let at = 0, left = dataBytes, block = first; block < first + count; block++) {
      const length = Math.min(this.#blksize, left)
      const frame = memory.subarray(at, at + headerBytes + length)
      writeHeader(frame, Opcode.data, block)
      if (length > 0) views.push(frame.subarray(headerBytes))
      at += frame.length
      left -= length
    }
    if (views.length > 0) await this.#content.read(views, start)
    return { data: place(memory), first, count }
  }
}
