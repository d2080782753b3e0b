import { ArchiveError } from './archive-error.ts'

/*
 *  0      100   108   116   124    136    148    156   157       257    263    265  297  329   337   345
 * | name  | mode| uid | gid | size | mtime| sum  | type| linkname| magic| vers | ... |    | major|minor| prefix (155)
 */

/** One 512-byte block of a tar archive that says what follows (POSIX ustar, with GNU's ways of writing numbers). */
export interface TarHeader {
  path: string
  /** Permission bits with set-id and sticky. */
  mode: number
  uid: number
  gid: number
  sizeBytes: number
  /** Seconds since 1970. */
  mtime: number
  typeFlag: string
  target: string
  device: [number, number]
}

export const blockBytes = 512

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @throws ArchiveError when it is no UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new ArchiveError('a name in it is not UTF-8')
  }
}

/** @returns undefined for a block of zeros, which ends an archive. @throws ArchiveError */
export function decodeTarHeader(block: Uint8Array): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
  if (number(block, 148, 8) !== sum) throw new ArchiveError('a header in it has a wrong checksum')
  const isPosix = text(block, 257, 6) === 'ustar' && block[263] === 48
  const prefix = isPosix ? text(block, 345, 155) : ''
  const name = text(block, 0, 100)
  return {
    path: prefix ? `${prefix}/${name}` : name,
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    sizeBytes: number(block, 124, 12),
    mtime: number(block, 136, 12),
    typeFlag: String.fromCharCode(block[156] || 48),
    target: text(block, 157, 100),
    device: [number(block, 329, 8), number(block, 337, 8)],
  }
}

function text(block: Uint8Array, at: number, size: number): string {
  const field = block.subarray(at, at + size)
  const end = field.indexOf(0)
  return decodeText(end < 0 ? field : field.subarray(0, end))
}

/** Octal digits; or, as GNU tar writes what does not fit, big-endian with the highest bit set. */
function number(block: Uint8Array, at: number, size: number): number {
  const field = block.subarray(at, at + size)
  const first = field[0] ?? 0
  if (first & 0x80) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, first & 0x7f)
    if (!Number.isSafeInteger(value)) throw new ArchiveError('a number in it is too large')
    return value
  }
  const digits = String.fromCharCode(...field)
    .replace(/[\0 ]+$/, '')
    .trimStart()
  if (!/^[0-7]*$/.test(digits)) throw new ArchiveError('a number in it is not octal')
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}

/** The records of a pax header: `<length> <key>=<value>\n` each. @throws ArchiveError */
export function decodePax(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>()
  let at = 0
  while (at < bytes.length) {
    const space = bytes.indexOf(32, at)
    const digits =
      space < 0 ? '' : String.fromCharCode(...bytes.subarray(at, Math.min(space, at + 10)))
    const length = /^[1-9]\d*$/.test(digits) ? Number(digits) : 0
    const end = at + length
    const equals = bytes.indexOf(61, space)
    const isWhole = end <= bytes.length && bytes[end - 1] === 10 && equals > space && equals < end
    if (!isWhole) throw new ArchiveError('a pax header in it is malformed')
    const key = decodeText(bytes.subarray(space + 1, equals))
    // Values of other keys (extended attributes) may be any bytes, and nobody asks for them.
    if (key === 'path' || key === 'linkpath' || key === 'size')
      records.set(key, decodeText(bytes.subarray(equals + 1, end - 1)))
    else if (key.startsWith('GNU.sparse.')) throw new ArchiveError('a file in it is sparse')
    at = end
  }
  return records
}
