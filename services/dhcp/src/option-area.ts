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
  const all = [...options]
  const area = new Uint8Array(all.reduce((sum, [, value]) => sum + areaBytes(value), 0))
  let to = 0
  for (const [code, value] of all) {
    let from = 0
    do {
      const piece = value.length > 255 ? value.subarray(from, from + 255) : value
      area[to] = code
      area[to + 1] = piece.length
      area.set(piece, to + 2)
      to += 2 + piece.length
      from += 255
    } while (from < value.length)
  }
  return area
}

/** What a value takes up in an area. */
export function areaBytes(value: Uint8Array): number {
  return value.length + 2 * Math.max(1, Math.ceil(value.length / 255))
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
