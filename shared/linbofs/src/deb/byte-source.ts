import { ArchiveError } from './archive-error.ts'

const nothing: Uint8Array = new Uint8Array(0)

/** Bytes that come in pieces, handed out in the amounts a reader of an archive needs. Never holds more than it was asked for. */
export class ByteSource {
  readonly #pieces: AsyncIterator<Uint8Array>
  readonly #maxBytes: number
  #left: Uint8Array = nothing
  #seen = 0

  /** @param maxBytes more than these in total is an ArchiveError: what unpacks without end is stopped here. */
  constructor(pieces: AsyncIterable<Uint8Array>, maxBytes: number) {
    this.#pieces = pieces[Symbol.asyncIterator]()
    this.#maxBytes = maxBytes
  }

  /** At least one byte, or undefined at the end. */
  async #piece(): Promise<Uint8Array | undefined> {
    while (this.#left.length === 0) {
      const next = await this.#pieces.next()
      if (next.done) return undefined
      this.#seen += next.value.length
      if (this.#seen > this.#maxBytes)
        throw new ArchiveError(`it unpacks to more than ${this.#maxBytes} bytes`)
      this.#left = next.value
    }
    return this.#left
  }

  /** Exactly these many bytes, or undefined when there are none at all. @throws ArchiveError in between. */
  async take(count: number): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = []
    let missing = count
    while (missing > 0) {
      const piece = await this.#piece()
      if (!piece) {
        if (missing === count) return undefined
        throw new ArchiveError('it is cut off')
      }
      const part = piece.subarray(0, missing)
      this.#left = piece.subarray(part.length)
      parts.push(part)
      missing -= part.length
    }
    return parts.length === 1 ? parts[0] : Buffer.concat(parts)
  }

  /** These many bytes as they come; whoever stops early can go on with the rest. @throws ArchiveError when there are fewer. */
  stream(count: number): AsyncIterable<Uint8Array> {
    let missing = count
    const next = async () => {
      const piece = await this.#piece()
      if (!piece) throw new ArchiveError('it is cut off')
      const part = piece.subarray(0, missing)
      this.#left = piece.subarray(part.length)
      missing -= part.length
      return part
    }
    return {
      async *[Symbol.asyncIterator]() {
        while (missing > 0) yield await next()
      },
    }
  }

  /** The rest, piece by piece. */
  async *rest(): AsyncGenerator<Uint8Array> {
    for (let piece = await this.#piece(); piece; piece = await this.#piece()) {
      this.#left = nothing
      yield piece
    }
  }

  /** Tells where the bytes come from that no more are wanted. */
  async close(): Promise<void> {
    await this.#pieces.return?.()
  }
}

/** All of what comes in pieces, for what is known to be small. */
export async function gather(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const piece of pieces) parts.push(piece)
  return Buffer.concat(parts)
}
