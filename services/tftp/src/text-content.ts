import type { Content } from './blocks.ts'
import { type Place, textStart, toNetascii } from './netascii.ts'

/** Largest file, in bytes, that is offered as network text: its length has to be counted before the first block. */
export const maxTextBytes = 64 * 1024 * 1024

const readBytes = 64 * 1024

/**
 * The same file as network text. Reads it once to learn how long the text is and where each chunk begins, so
 * that any chunk can be made again later.
 * @param chunkBytes length of a chunk of text; reads start at multiples of it.
 */
export async function openText(file: Content, chunkBytes: number): Promise<Content> {
  const starts: Place[] = [textStart]
  const chunk = new Uint8Array(chunkBytes)
  let place = textStart
  let sizeBytes = 0
  let filled = 0
  for (;;) {
    const input = await readAt(file, place.offset)
    const start = place.offset
    while (place.offset - start < input.length || place.owed >= 0) {
      const rest = input.subarray(place.offset - start)
      const made = toNetascii(rest, place, chunk.subarray(filled))
      place = made.place
      sizeBytes += made.written
      filled += made.written
      if (filled < chunkBytes) break
      starts.push(place)
      filled = 0
    }
    if (place.offset >= file.sizeBytes && place.owed < 0) break
  }
  return {
    id: `${file.id}/netascii`,
    sizeBytes,
    async read(views, position) {
      let at = starts[position / chunkBytes] ?? textStart
      let input: Uint8Array = new Uint8Array()
      let inputStart = at.offset
      for (const view of views) {
        for (let filled = 0; filled < view.length; ) {
          if (at.offset - inputStart >= input.length) {
            inputStart = at.offset
            input = await readAt(file, inputStart)
          }
          const rest = input.subarray(at.offset - inputStart)
          const made = toNetascii(rest, at, view.subarray(filled))
          at = made.place
          filled += made.written
        }
      }
    },
  }
}

async function readAt(file: Content, offset: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, Math.min(readBytes, file.sizeBytes - offset)))
  if (bytes.length > 0) await file.read([bytes], offset)
  return bytes
}
