import { ArchiveError } from './archive-error.ts'
import { ByteSource } from './byte-source.ts'
import { cleanPath, quoted } from './entry-path.ts'
import { blockBytes, decodePax, decodeTarHeader, decodeText, type TarHeader } from './tar-header.ts'

const types = {
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'folder',
  '6': 'fifo',
  '7': 'file',
} as const

export type TarEntryType = (typeof types)[keyof typeof types]

export interface TarEntry {
  /** Below the folder it is unpacked into: no leading `/` or `./`, never climbing; empty for that folder itself. */
  path: string
  type: TarEntryType
  /** Permission bits with set-id and sticky. */
  mode: number
  uid: number
  gid: number
  /** Bytes of content; 0 for anything but a file. */
  size: number
  /** Seconds since 1970. */
  mtime: number
  /** As a symbolic link has it; for a hard link the other entry's path, cleaned like `path`. */
  target?: string
  /** Major and minor number. */
  device?: [number, number]
  /** A file's bytes; what is not read of them before the next entry is asked for is skipped. */
  content: AsyncIterable<Uint8Array>
}

export interface TarLimits {
  /** How many entries there may be. */
  entries: number
  /** Largest single file in bytes. */
  fileBytes: number
  /** Everything, headers and padding included, in bytes. */
  totalBytes: number
}

/** Names and pax headers longer than this have no use. */
const maxHeaderBytes = 64 * 1024

/**
 * Reads a tar archive (ustar, pax, GNU) as it comes, entry by entry, trusting nothing.
 * @throws ArchiveError when it is cut off, malformed, larger than allowed, has a path that leaves its folder, the same
 * path twice, something below a link or a file, or bytes after its end.
 */
export async function* readTar(
  pieces: AsyncIterable<Uint8Array>,
  limits: TarLimits,
): AsyncGenerator<TarEntry> {
  const source = new ByteSource(pieces, limits.totalBytes)
  const seen = new Map<string, TarEntryType>()
  try {
    for (;;) {
      const header = await nextHeader(source, limits)
      if (!header) break
      const entry = { ...toEntry(header), content: source.stream(header.sizeBytes) }
      remember(seen, entry)
      if (seen.size > limits.entries)
        throw new ArchiveError(`it has more than ${limits.entries} entries`)
      yield entry
      for await (const _skipped of entry.content);
      await source.take(-header.sizeBytes & (blockBytes - 1))
    }
    for await (const piece of source.rest()) {
      if (piece.some((byte) => byte !== 0))
        throw new ArchiveError('there is something after its end')
    }
  } finally {
    await source.close()
  }
}

/** The next entry's header with the long names and sizes that came before it; undefined at the archive's end. */
async function nextHeader(source: ByteSource, limits: TarLimits): Promise<TarHeader | undefined> {
  let long: { path?: string; target?: string; size?: number } = {}
  for (;;) {
    const block = await source.take(blockBytes)
    if (!block) throw new ArchiveError('it is cut off')
    const header = decodeTarHeader(block)
    if (!header) {
      if (Object.keys(long).length > 0) throw new ArchiveError('it is cut off')
      return undefined
    }
    const { typeFlag } = header
    if (!'LKxg'.includes(typeFlag)) {
      if (!(typeFlag in types))
        throw new ArchiveError(
          `${quoted(header.path)} in it has the unknown type ${quoted(typeFlag)}`,
        )
      const size = long.size ?? header.sizeBytes
      const sizeBytes = types[typeFlag as keyof typeof types] === 'file' ? size : 0
      if (sizeBytes > limits.fileBytes)
        throw new ArchiveError(
          `${quoted(header.path)} in it has more than ${limits.fileBytes} bytes`,
        )
      if (sizeBytes === 0 && size > 0)
        throw new ArchiveError(`${quoted(header.path)} in it has a size but is no file`)
      return {
        ...header,
        path: long.path ?? header.path,
        target: long.target ?? header.target,
        sizeBytes,
      }
    }
    if (header.sizeBytes > maxHeaderBytes) throw new ArchiveError('a name in it is too long')
    const padded = (header.sizeBytes + blockBytes - 1) & -blockBytes
    const bytes = ((await source.take(padded)) ?? new Uint8Array()).subarray(0, header.sizeBytes)
    if (bytes.length < header.sizeBytes) throw new ArchiveError('it is cut off')
    long = { ...long, ...meaningOf(typeFlag, bytes) }
  }
}

function meaningOf(typeFlag: string, bytes: Uint8Array) {
  if (typeFlag === 'g') return {}
  if (typeFlag !== 'x') {
    const name = decodeText(bytes).replace(/\0+$/, '')
    return typeFlag === 'L' ? { path: name } : { target: name }
  }
  const records = decodePax(bytes)
  const [path, target, size] = ['path', 'linkpath', 'size'].map((key) => records.get(key))
  if (size !== undefined && !/^\d{1,15}$/.test(size))
    throw new ArchiveError('a pax header in it is malformed')
  return {
    ...(path === undefined ? {} : { path }),
    ...(target === undefined ? {} : { target }),
    ...(size === undefined ? {} : { size: Number(size) }),
  }
}

function toEntry(header: TarHeader): Omit<TarEntry, 'content'> {
  const type = types[header.typeFlag as keyof typeof types]
  const { path, mode, uid, gid, mtime, sizeBytes: size, target, device } = header
  const entry = { path: cleanPath(path), type, mode, uid, gid, mtime, size }
  // Archives older than POSIX mark a folder by its slash only.
  if (type === 'file' && path.endsWith('/')) {
    if (size > 0) throw new ArchiveError(`${quoted(path)} in it has a size but is no file`)
    return { ...entry, type: 'folder' }
  }
  if (type === 'symlink') return { ...entry, target }
  if (type === 'hardlink') return { ...entry, target: cleanPath(target) }
  if (type === 'character' || type === 'block') return { ...entry, device }
  return entry
}

/** Refuses what two readers could understand differently: a path twice, a path below a link or a file. */
function remember(
  seen: Map<string, TarEntryType>,
  { path, type }: TarEntry | Omit<TarEntry, 'content'>,
) {
  const before = seen.get(path)
  if (before !== undefined && !(before === 'folder' && type === 'folder'))
    throw new ArchiveError(`${quoted(path)} is in it twice`)
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const parent = path.slice(0, slash)
    const known = seen.get(parent)
    if (known === 'folder') break
    if (known === undefined) seen.set(parent, 'folder')
    else
      throw new ArchiveError(
        `${quoted(path)} in it lies below ${quoted(parent)}, which is a ${known}`,
      )
  }
  if (path === '' && type !== 'folder') throw new ArchiveError('an entry in it has no name')
  seen.set(path, type)
}
