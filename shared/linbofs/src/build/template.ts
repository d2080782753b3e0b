import { wholeOf } from '@linbo/boot/cpio-read'
import { ArchiveError } from '../deb/archive-error.ts'
import type { TarEntry } from '../deb/tar.ts'
import { type BaseFacts, noteEntry } from './base-facts.ts'
import { contentOf, FileType, type StreamEntry } from './cpio-stream.ts'

/** Larger than any inittab. */
const inittabBytes = 256 * 1024

/** Some releases pack the tree itself, others a folder of this name. */
const wrapper = 'linbofs64'

/**
 * Turns the template's entries into those of an initramfs: folders before what is in them, hard links as symbolic ones
 * (an archive of the kernel's kind would carry each with its bytes or not at all), nothing else changed.
 * @param facts is filled on the way.
 * @throws ArchiveError
 */
export async function* templateEntries(
  entries: AsyncIterable<TarEntry>,
  facts: BaseFacts,
): AsyncGenerator<StreamEntry> {
  let isWrapped: boolean | undefined
  for await (const entry of entries) {
    if (entry.path === '') continue
    const inWrapper = entry.path === wrapper || entry.path.startsWith(`${wrapper}/`)
    isWrapped ??= inWrapper
    if (isWrapped && !inWrapper)
      throw new ArchiveError(`${entry.path} in it lies beside ${wrapper}/`)
    const path = isWrapped ? entry.path.slice(wrapper.length + 1) : entry.path
    if (path === '') continue
    yield* missingFolders(path, facts)
    const converted = toEntry(entry, path, isWrapped)
    noteEntry(facts, converted)
    if (entry.type === 'symlink' && entry.target !== undefined) facts.links.set(path, entry.target)
    if (path === 'etc/inittab' && entry.type === 'file') {
      const bytes = await inittabOf(entry)
      facts.inittab = bytes.toString('utf8')
      yield { ...converted, content: contentOf(bytes) }
    } else yield converted
  }
}

function* missingFolders(path: string, facts: BaseFacts): Generator<StreamEntry> {
  const names = path.split('/').slice(0, -1)
  for (let depth = 1; depth <= names.length; depth++) {
    const parent = names.slice(0, depth).join('/')
    if (facts.folders.has(parent)) continue
    facts.folders.add(parent)
    yield { path: parent, mode: FileType.folder | 0o755, sizeBytes: 0, content: contentOf() }
  }
}

function toEntry(entry: TarEntry, path: string, isWrapped: boolean): StreamEntry {
  const { type, mode, size, device, content } = entry
  if (type === 'hardlink' || type === 'symlink') {
    const other = isWrapped ? entry.target?.slice(wrapper.length + 1) : entry.target
    const target = type === 'symlink' ? entry.target : relative(path, other ?? '')
    if (!target) throw new ArchiveError(`the link ${path} in it points nowhere`)
    const bytes = Buffer.from(target)
    const linkMode = FileType.symlink | 0o777
    return { path, mode: linkMode, sizeBytes: bytes.length, content: contentOf(bytes) }
  }
  return {
    ...{ path, mode: FileType[type] | mode, sizeBytes: size, content },
    ...(device ? { device } : {}),
  }
}

function relative(from: string, to: string): string {
  return '../'.repeat(from.split('/').length - 1) + to
}

async function inittabOf(entry: TarEntry): Promise<Buffer> {
  if (entry.size > inittabBytes) throw new ArchiveError('etc/inittab in it is too long')
  return await wholeOf(entry.content)
}
