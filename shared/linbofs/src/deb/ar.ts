import { ArchiveError } from './archive-error.ts'

/*
 *  0             16      28     34     40      48        58
 * | name          | mtime | uid  | gid  | mode  | size    | `\n |
 */
export const arMagic = '!<arch>\n'
export const arHeaderBytes = 60

export interface ArHeader {
  name: string
  sizeBytes: number
}

/** Whether a file that starts like this is an ar archive. */
export function isAr(start: Uint8Array): boolean {
  return String.fromCharCode(...start.subarray(0, arMagic.length)) === arMagic
}

/**
 * One member's header, as .deb files have it (deb(5)): a name of at most 16 characters, some end it with a slash.
 * @throws ArchiveError
 */
export function decodeArHeader(bytes: Uint8Array): ArHeader {
  const field = (from: number, to: number) =>
    String.fromCharCode(...bytes.subarray(from, to)).trimEnd()
  if (bytes.length < arHeaderBytes) throw new ArchiveError('it is cut off')
  if (bytes[58] !== 0x60 || bytes[59] !== 0x0a)
    throw new ArchiveError('where a part of it should start is something else')
  const name = field(0, 16).replace(/\/$/, '')
  const size = field(48, 58)
  if (!/^[\x21-\x7e]+$/.test(name) || name.includes('/'))
    throw new ArchiveError('a part of it has no proper name')
  if (!/^\d+$/.test(size)) throw new ArchiveError(`the size of its part ${name} is no number`)
  return { name, sizeBytes: Number(size) }
}
