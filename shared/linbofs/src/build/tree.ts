import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, lstat, mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { wholeOf } from '@linbo/boot/cpio-read'
import { contentOf, FileType, isOf, type StreamEntry } from './cpio-stream.ts'

/**
 * Everything below a folder in the order of names, folders before what is in them. Devices and sockets are left out.
 * @param below what stands before each path, such as `lib/modules`
 */
export async function* treeEntries(folder: string, below = ''): AsyncGenerator<StreamEntry> {
  const names = (await readdir(folder)).sort()
  for (const name of names) {
    const source = join(folder, name)
    const path = below ? `${below}/${name}` : name
    const found = await lstat(source)
    const { mode } = found
    if (found.isSymbolicLink()) {
      const target = Buffer.from(await readlink(source))
      const linkMode = FileType.symlink | 0o777
      yield { path, mode: linkMode, sizeBytes: target.length, content: contentOf(target) }
    } else if (found.isDirectory()) {
      yield { path, mode, sizeBytes: 0, content: contentOf() }
      yield* treeEntries(source, path)
    } else if (found.isFile()) {
      yield { path, mode, sizeBytes: found.size, content: fileBytes(source) }
    } else if (isOf(mode, FileType.fifo)) yield { path, mode, sizeBytes: 0, content: contentOf() }
  }
}

/**
 * Lays entries below a folder, as an ordinary user can: folders, files and links. Later ones replace earlier ones.
 * Paths are taken as they are; who calls has checked them.
 */
export async function unpackTree(
  folder: string,
  entries: AsyncIterable<StreamEntry>,
): Promise<void> {
  for await (const entry of entries) {
    const path = join(folder, entry.path)
    const { mode } = entry
    await mkdir(dirname(path), { recursive: true })
    // Writing through a link would end where it points, which may be anywhere on this machine.
    const there = await lstat(path).catch(() => undefined)
    if (there && !there.isDirectory()) await rm(path)
    if (isOf(mode, FileType.folder)) await mkdir(path, { recursive: true })
    else if (isOf(mode, FileType.file)) await pipeline(entry.content, createWriteStream(path))
    else if (isOf(mode, FileType.symlink)) {
      const target = await wholeOf(entry.content)
      await symlink(target.toString(), path)
      continue
    } else continue
    await chmod(path, (mode & 0o7777) | 0o600)
  }
}

async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path)
}
