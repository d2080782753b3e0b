import { access, cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LinboError, spawnChild } from '@linbo/runtime'
import { ArchiveError } from '../deb/archive-error.ts'
import { moduleInside } from '../deb/kernel-version.ts'
import type { TarEntry } from '../deb/tar.ts'
import { type BaseFacts, placeIn } from './base-facts.ts'
import { contentOf, cpioBytes, FileType, type StreamEntry } from './cpio-stream.ts'
import { writeXz } from './segment.ts'
import { templateEntries } from './template.ts'
import { treeEntries, unpackTree } from './tree.ts'

const folder = 'lib/modules'

/** Where a kernel's modules come from: the entries of an archive, or a folder named after the kernel's release. */
export type ModulesSource = { tar: AsyncIterable<TarEntry> } | { folder: string; release: string }

/**
 * Packs a kernel's modules into a segment. `modules.dep` and the like are made by depmod unless they are there.
 * @param path the file to write; work is done beside it
 * @param facts of the base they are laid over
 * @returns the kernel's release
 * @throws ArchiveError for an archive with anything else in it; LinboError `LINBOFS_DEPMOD`, and as `writeXz`
 */
export async function packModules(
  path: string,
  source: ModulesSource,
  facts: BaseFacts,
  signal?: AbortSignal,
): Promise<string> {
  const work = await mkdtemp(join(dirname(path), '.modules-'))
  try {
    const release = 'tar' in source ? await unpack(work, source.tar) : await copy(work, source)
    const modules = join(work, folder, release)
    const isComplete = await access(join(modules, 'modules.dep')).then(
      () => true,
      () => false,
    )
    if (!isComplete) await depmod(work, release, signal)
    await writeXz(path, cpioBytes(segmentEntries(modules, release, facts)), signal)
    return release
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function unpack(work: string, tar: AsyncIterable<TarEntry>): Promise<string> {
  const releases = new Set<string>()
  const checked = async function* (): AsyncGenerator<StreamEntry> {
    const facts = { folders: new Set<string>(), links: new Map(), devices: [], inittab: undefined }
    for await (const entry of templateEntries(tar, facts)) {
      const inside = moduleInside(entry.path)
      if (!inside || (inside.release === '' && !isFolder(entry)))
        throw new ArchiveError(`${entry.path} in it lies outside ${folder}`)
      if (entry.device) throw new ArchiveError(`${entry.path} in it is a device`)
      if (inside.release === '') continue
      releases.add(inside.release)
      yield { ...entry, path: `${folder}/${inside.release}${inside.rest}` }
    }
  }
  await unpackTree(work, checked())
  const [release, ...more] = releases
  if (release === undefined || more.length > 0)
    throw new ArchiveError(`it has modules of ${releases.size} kernels instead of one`)
  return release
}

const isFolder = ({ mode }: StreamEntry) => (mode & 0o170000) === FileType.folder

async function copy(work: string, source: { folder: string; release: string }): Promise<string> {
  const target = join(work, folder, source.release)
  await mkdir(dirname(target), { recursive: true })
  // `build` and `source` point to where the kernel was compiled.
  const filter = (from: string) => !/\/(build|source)$/.test(from.slice(source.folder.length))
  await cp(source.folder, target, { recursive: true, filter, verbatimSymlinks: true })
  return source.release
}

async function depmod(work: string, release: string, signal?: AbortSignal): Promise<void> {
  const words: string[] = []
  const child = spawnChild({
    ...{ command: 'depmod', args: ['-a', '-b', work, release], debianPackage: 'kmod' },
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    onLine: (line) => words.push(line),
    ...(signal ? { signal } : {}),
  })
  const code = await child.exited
  if (code === 0) return
  throw new LinboError('LINBOFS_DEPMOD', `depmod ended with ${code}: ${words.at(-1) ?? ''}`, {
    fix: 'The modules are damaged or of another architecture: take them from their source again.',
  })
}

/** The modules as they lie in an initramfs. */
async function* segmentEntries(
  modules: string,
  release: string,
  facts: BaseFacts,
): AsyncGenerator<StreamEntry> {
  const place = placeIn(facts, `${folder}/${release}/x`).slice(0, -2)
  const names = place.split('/')
  for (let depth = 1; depth <= names.length; depth++) {
    const path = names.slice(0, depth).join('/')
    if (!facts.folders.has(path))
      yield { path, mode: FileType.folder | 0o755, sizeBytes: 0, content: contentOf() }
  }
  for await (const entry of treeEntries(modules, place)) yield openToRead(entry)
}

/** Modules unpacked by an ordinary user have modes that are of no use to anybody. */
function openToRead(entry: StreamEntry): StreamEntry {
  if (isFolder(entry)) return { ...entry, mode: FileType.folder | 0o755 }
  const isFile = (entry.mode & 0o170000) === FileType.file
  return isFile ? { ...entry, mode: FileType.file | 0o644 } : entry
}
