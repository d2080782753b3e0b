import type { CpioEntry } from './cpio.ts'

/** An entry of an archive that is being read. Its content has to be read before the next entry is asked for, or is skipped. */
export interface ReadCpioEntry extends Pick<CpioEntry, 'path' | 'mode' | 'device'> {
  uid: number
  gid: number
  sizeBytes: number
  content(): AsyncGenerator<Uint8Array>
}

/** Bytes that are no newc archive, or one that ends too early. */
export class CpioError extends Error {
  override name = 'CpioError'
}

const headerBytes = 110
/** The kernel's limit (PATH_MAX). */
const longestName = 4096

/**
 * Reads newc archives one behind the other, as the kernel does: zeros between them are skipped. Nothing is held in memory.
 * @throws CpioError
 */
export async function* readCpio(source: AsyncIterable<Uint8Array>): AsyncGenerator<ReadCpioEntry> {
  const bytes = new ByteQueue(source)
  let wasEntry = false
  for (;;) {
    if (!wasEntry && !(await bytes.skipZeros())) return
    const header: string = (await bytes.take(headerBytes, wasEntry)).toString('latin1')
    if (!/^070701[0-9A-Fa-f]{104}$/.test(header)) throw new CpioError('this is no newc archive')
    const field = (index: number): number =>
      Number.parseInt(header.slice(6 + index * 8, 14 + index * 8), 16)
    const [sizeBytes, nameBytes] = [field(6), field(11)]
    if (nameBytes < 1 || nameBytes > longestName) throw new CpioError('a name is too long')
    const padded = ((headerBytes + nameBytes + 3) & ~3) - headerBytes
    const path: string = (await bytes.take(padded)).toString('utf8', 0, nameBytes - 1)
    wasEntry = path !== 'TRAILER!!!'
    if (!wasEntry) continue
    const mode = field(1)
    const isDevice = [0o020000, 0o060000].includes(mode & 0o170000)
    const end = bytes.position + sizeBytes
    yield {
      ...{ path, mode, uid: field(2), gid: field(3), sizeBytes },
      ...(isDevice ? { device: [field(9), field(10)] as [number, number] } : {}),
      content: () => bytes.until(end),
    }
    for await (const _ of bytes.until(end + (-sizeBytes & 3)));
  }
}

/** Every entry of an archive in memory, with its content. @throws CpioError */
export async function listCpio(archive: Uint8Array): Promise<CpioEntry[]> {
  const entries: CpioEntry[] = []
  const source = (async function* () {
    yield archive
  })()
  for await (const { path, mode, device, content } of readCpio(source)) {
    const data = await wholeOf(content())
    entries.push({ path, mode, data, ...(device ? { device } : {}) })
  }
  return entries
}

/** Everything a stream holds. */
export async function wholeOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const held: Uint8Array[] = []
  for await (const piece of pieces) held.push(piece)
  return Buffer.concat(held)
}

/** Takes bytes off a stream in pieces of the length one wants. */
class ByteQueue {
  position = 0
  #rest: Buffer = Buffer.alloc(0)
  readonly #source: AsyncIterator<Uint8Array>

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** False at the end of the stream. */
  async #fill(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const next = await this.#source.next()
      if (next.done) return false
      this.#rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
    }
    return true
  }

  #shift(length: number): Buffer {
    const piece = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(piece.length)
    this.position += piece.length
    return piece
  }

  async take(length: number, isInside = true): Promise<Buffer> {
    const pieces: Buffer[] = []
    let missing = length
    while (missing > 0) {
      if (!(await this.#fill())) {
        throw new CpioError(isInside ? 'the archive ends too early' : 'this is no newc archive')
      }
      const piece = this.#shift(missing)
      pieces.push(piece)
      missing -= piece.length
    }
    return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)
  }

  async *until(end: number): AsyncGenerator<Uint8Array> {
    while (this.position < end) {
      if (!(await this.#fill())) throw new CpioError('the archive ends too early')
      yield this.#shift(end - this.position)
    }
  }

  /** False when nothing but zeros was left. */
  async skipZeros(): Promise<boolean> {
    while (await this.#fill()) {
      const at = this.#rest.findIndex((byte) => byte !== 0)
      this.#shift(at < 0 ? this.#rest.length : at)
      if (at >= 0) return true
    }
    return false
  }
}
