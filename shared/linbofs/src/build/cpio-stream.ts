import { type CpioEntry, cpioEnd, cpioHead, cpioPadding } from '@linbo/boot/cpio'

/** Kinds of file as in stat(2). */
export const FileType = {
  file: 0o100000,
  folder: 0o040000,
  symlink: 0o120000,
  character: 0o020000,
  block: 0o060000,
  fifo: 0o010000,
} as const

/** True when these type and permission bits are of this kind. */
export const isOf = (mode: number, type: (typeof FileType)[keyof typeof FileType]) =>
  (mode & 0o170000) === type

/** A file on its way into an archive. */
export interface StreamEntry extends Omit<CpioEntry, 'data'> {
  sizeBytes: number
  /** Exactly `sizeBytes`: a file's bytes, a link's target. */
  content: AsyncIterable<Uint8Array>
}

/**
 * The bytes of a newc archive. Owner is root and there are no times, so that the same files give the same bytes.
 * @throws RangeError when a file has another length than it said.
 */
export async function* cpioBytes(
  entries: AsyncIterable<StreamEntry>,
): AsyncGenerator<Uint8Array, void> {
  let number = 0
  for await (const entry of entries) {
    number += 1
    yield cpioHead(entry, number, entry.sizeBytes)
    let length = 0
    for await (const piece of entry.content) {
      length += piece.length
      yield piece
    }
    if (length !== entry.sizeBytes)
      throw new RangeError(`${entry.path} has ${length} bytes instead of ${entry.sizeBytes}`)
    yield cpioPadding(length)
  }
  yield cpioEnd
}

/** An entry whose content is in memory. */
export function streamed(entry: CpioEntry): StreamEntry {
  const { data, ...rest } = entry
  const bytes = Buffer.from(data ?? '')
  return { ...rest, sizeBytes: bytes.length, content: contentOf(bytes) }
}

/** Content that is in memory; none without bytes. */
export async function* contentOf(bytes?: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes && bytes.length > 0) yield bytes
}
