import { ArchiveError } from './archive-error.ts'

/** Longest path and longest part of one that Linux takes, in bytes. */
const maxPathBytes = 4095
const maxNameBytes = 255

/**
 * A path inside an archive as names below the folder it is unpacked into; the folder itself is the empty text.
 * @throws ArchiveError when it is absolute, climbs with `..`, holds a NUL or is longer than a path can be.
 */
export function cleanPath(path: string): string {
  if (path.includes('\0')) throw new ArchiveError(`the name ${quoted(path)} in it holds a NUL`)
  if (path.startsWith('/')) throw new ArchiveError(`the path ${quoted(path)} in it is absolute`)
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  if (names.includes('..')) throw new ArchiveError(`the path ${quoted(path)} in it climbs out`)
  if (
    Buffer.byteLength(path) > maxPathBytes ||
    names.some((name) => Buffer.byteLength(name) > maxNameBytes)
  )
    throw new ArchiveError(`the path ${quoted(path)} in it is too long`)
  return names.join('/')
}

/** Where a symbolic link points, below the same folder; undefined when that is outside or absolute. */
export function linkedPath(path: string, target: string): string | undefined {
  if (target === '' || target.startsWith('/') || target.includes('\0')) return undefined
  const names = path.split('/').slice(0, -1)
  for (const name of target.split('/')) {
    if (name === '' || name === '.') continue
    if (name !== '..') names.push(name)
    else if (names.pop() === undefined) return undefined
  }
  return names.join('/')
}

/** For messages: short, on one line, without control characters. */
export function quoted(path: string): string {
  const short = path.length > 80 ? `${path.slice(0, 80)}…` : path
  return JSON.stringify(short)
}
