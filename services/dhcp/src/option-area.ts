import { PacketError } from './packet-error.ts'

/**
 * Reads code, length, value triples as options 43 and 82 and the option fields themselves hold them.
 * An option that comes more than once is one long value cut into pieces (RFC 3396 7).
 * @param framed true where 0 is padding and 255 ends the list.
 */
export function readArea(
  area: Uint8Array,
  framed: boolean,
  into: Map<number, Uint8Array> = new Map(),
): Map<number, Uint8Array> {
  let at = 0
  while (at < area.length) {
    const code = area[at] as number
    if (framed && code === 255) break
    at += 1
    if (framed && code === 0) continue
    const length = area[at]
    if (length === undefined) throw new PacketError(`option ${code} has no length`)
    const end = at + 1 + length
    if (end > area.length) throw new PacketError(`option ${code} is longer than its field`)
    const value = new Uint8Array(area.subarray(at + 1, end))
    const before = into.get(code)
    into.set(code, before ? join([before, value]) : value)
    at = end
  }
  return into
}

/** Writes options one after the other; a value above 255 bytes becomes several pieces (RFC 3396 5). */
export function writeArea(options: Iterable<readonly [number, Uint8Array]>): Uint8Array {
  const pieces: Uint8Array[] = []
  for (const [code, value] of options) {
    let at = 0
    do {
      const piece = value.subarray(at, at + 255)
      pieces.push(Uint8Array.of(code, piece.length), piece)
      at += 255
    } while (at < value.length)
  }
  return join(pieces)
}

function join(pieces: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}
