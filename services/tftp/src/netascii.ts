/**
 * RFC 764's network text, as TFTP's netascii mode wants it: a line ends with CR LF, a bare CR is CR NUL.
 * Our files are Unix text, so LF becomes CR LF and CR becomes CR NUL.
 */
const LF = 10
const CR = 13

/** Between two bytes of network text: the next byte of the file, and what is still owed for the one before it. */
export interface Place {
  /** Offset in the file, in bytes. */
  offset: number
  /** LF or NUL, the second half of a pair that the boundary cut; -1 when there is none. */
  owed: number
}

export const textStart: Place = { offset: 0, owed: -1 }

/**
 * Writes network text for `input`, which starts at `place.offset` of the file, until `output` is full or
 * `input` used up.
 * @returns the place reached and how many bytes of `output` were written.
 */
export function toNetascii(
  input: Uint8Array,
  place: Place,
  output: Uint8Array,
): { place: Place; written: number } {
  let { offset, owed } = place
  let written = 0
  while (written < output.length) {
    if (owed >= 0) {
      output[written++] = owed
      owed = -1
      continue
    }
    const byte = input[offset - place.offset]
    if (byte === undefined) break
    offset++
    if (byte === LF || byte === CR) {
      output[written++] = CR
      owed = byte === LF ? LF : 0
    } else {
      output[written++] = byte
    }
  }
  return { place: { offset, owed }, written }
}
