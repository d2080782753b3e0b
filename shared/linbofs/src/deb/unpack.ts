import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, mkdir, open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LinboError } from '@linbo/runtime'
import { ArchiveError } from './archive-error.ts'
import { gather } from './byte-source.ts'
import { parseControl, parseMd5sums } from './control.ts'
import { decompress } from './decompress.ts'
import { quoted } from './entry-path.ts'
import { kernelRelease, kernelStartBytes, moduleInside } from './kernel-version.ts'
import { linkWithin, missingFile, placeOf } from './layout.ts'
import { type DebMember, findMembers } from './members.ts'
import { type PackageName, packageNames } from './package.ts'
import { readTar, type TarEntry, type TarLimits } from './tar.ts'
import { decodeText } from './tar-header.ts'
import { isVersion } from './version.ts'

/** What a package may be at most; real ones stay far below. */
export const packageLimits: TarLimits = {
  entries: 50_000,
  fileBytes: 2 ** 31,
  totalBytes: 3 * 2 ** 30,
}

const controlLimits: TarLimits = { entries: 100, fileBytes: 8 * 2 ** 20, totalBytes: 16 * 2 ** 20 }
const modulesLimits: TarLimits = { entries: 200_000, fileBytes: 2 ** 30, totalBytes: 4 * 2 ** 30 }

export interface FileDigest {
  sha256: string
  sizeBytes: number
}

export interface DebControl {
  name: PackageName
  version: string
  /** MD5 by path; undefined when the package brings no list. */
  md5sums: Map<string, string> | undefined
}

/** What is said about a package in it. @throws ArchiveError; LinboError `PACKAGE_OTHER` when it is none we know. */
export async function readControl(deb: string): Promise<DebControl> {
  const { control: member } = await findMembers(deb)
  const texts = new Map<string, string>()
  for await (const entry of entriesOf(deb, member, controlLimits)) {
    if (entry.type !== 'file' || (entry.path !== 'control' && entry.path !== 'md5sums')) continue
    texts.set(entry.path, decodeText(await gather(entry.content)))
  }
  const fields = parseControl(texts.get('control') ?? '')
  const [name, version, architecture] = ['package', 'version', 'architecture'].map(
    (field) => fields.get(field) ?? '',
  )
  const known = packageNames.find((one) => one === name)
  if (!known)
    throw other(`it is the package ${quoted(name ?? '')}, not ${packageNames.join(' or ')}`)
  if (architecture !== 'all' && architecture !== 'amd64')
    throw other(`it is for the architecture ${quoted(architecture ?? '')}, not amd64`)
  if (!isVersion(version ?? ''))
    throw new ArchiveError(`its version ${quoted(version ?? '')} is not one`)
  const md5sums = texts.get('md5sums')
  return {
    name: known,
    version: version ?? '',
    md5sums: md5sums === undefined ? undefined : parseMd5sums(md5sums),
  }
}

const other = (message: string, fix = `Give the .deb of ${packageNames.join(' or ')}.`) =>
  new LinboError('PACKAGE_OTHER', `the package cannot be used: ${message}`, { fix })

/**
 * Takes what we know out of a package, each file under the place that `layout.ts` gives it, and nothing else. Every file
 * is compared with the package's own list of checksums, links become copies of what they point to.
 * @param folder an empty folder
 * @param options.onProgress told how far it is, in percent of the packed bytes
 * @returns the files taken by their path below the folder
 * @throws ArchiveError; LinboError `PACKAGE_OTHER` when something is missing in it
 */
export async function unpackDeb(
  deb: string,
  folder: string,
  control: DebControl,
  options: { limits?: TarLimits; onProgress?(percent: number): void } = {},
): Promise<Record<string, FileDigest>> {
  const { data } = await findMembers(deb)
  const taken: Record<string, FileDigest> = {}
  const links = new Map<string, string>()
  for await (const entry of entriesOf(
    deb,
    data,
    options.limits ?? packageLimits,
    options.onProgress,
  )) {
    refuseSpecial(entry)
    const to = placeOf(control.name, entry.path)
    if (to === undefined || entry.type === 'folder') continue
    if (entry.type === 'file') taken[to] = await take(entry, join(folder, to), control.md5sums)
    else links.set(to, targetOf(entry, control.name))
  }
  await followLinks(folder, links, taken)
  const missing = missingFile(control.name, Object.keys(taken))
  if (missing)
    throw other(
      `${missing.replace(/^serverfs\//, '')} is not in it`,
      'Take LINBO 7.4 or newer: before that, the packages were made up in another way.',
    )
  return taken
}

function refuseSpecial({ path, type }: TarEntry): void {
  if (type === 'character' || type === 'block' || type === 'fifo')
    throw new ArchiveError(`${quoted(path)} in it is a ${type === 'fifo' ? 'pipe' : 'device'}`)
}

/** The place of what a link of ours points to. */
function targetOf(entry: TarEntry, name: PackageName): string {
  const { path, type, target = '' } = entry
  const linked = type === 'hardlink' ? target : linkWithin(path, target)
  const to = linked === undefined ? undefined : placeOf(name, linked)
  if (to === undefined)
    throw new ArchiveError(`the link ${quoted(path)} in it leads out, to ${quoted(target)}`)
  return to
}

/** Puts copies in place of links; one that points to nothing is left out. */
async function followLinks(
  folder: string,
  links: Map<string, string>,
  taken: Record<string, FileDigest>,
): Promise<void> {
  for (let isNew = true; isNew; ) {
    isNew = false
    for (const [to, target] of links) {
      const digest = taken[target]
      if (!digest) continue
      await mkdir(dirname(join(folder, to)), { recursive: true })
      await copyFile(join(folder, target), join(folder, to))
      taken[to] = digest
      links.delete(to)
      isNew = true
    }
  }
}

async function take(
  entry: TarEntry,
  to: string,
  md5sums: Map<string, string> | undefined,
): Promise<FileDigest> {
  const [sha256, md5] = [createHash('sha256'), createHash('md5')]
  await mkdir(dirname(to), { recursive: true, mode: 0o750 })
  const file = await open(to, 'wx', 0o640)
  try {
    for await (const part of entry.content) {
      sha256.update(part)
      md5.update(part)
      await file.writeFile(part)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  if (md5sums && md5sums.get(entry.path) !== md5.digest('hex'))
    throw new ArchiveError(`${quoted(entry.path)} in it does not agree with its list of checksums`)
  return { sha256: sha256.digest('hex'), sizeBytes: entry.size }
}

/**
 * Compares what says which kernel this is: `kversion`, the kernel itself as far as it tells, and the folder of the
 * modules.
 * @returns the kernel's release, and whether `linbo64` itself tells it
 * @throws ArchiveError; LinboError `PACKAGE_KERNEL` when they differ: such a LINBO would start without drivers.
 */
export async function checkKernel(folder: string): Promise<{ release: string; isTold: boolean }> {
  const stated = (await readFile(join(folder, 'kversion'), 'utf8')).trim()
  const start = createReadStream(join(folder, 'linbo64'), { end: kernelStartBytes - 1 })
  const kernel = kernelRelease(await gather(start))
  if (kernel !== undefined && kernel !== stated)
    throw kernelMismatch(`its kernel is ${quoted(kernel)}, but kversion says ${quoted(stated)}`)
  const releases = new Set<string>()
  const modules = createReadStream(join(folder, 'modules.tar.xz'))
  for await (const { path } of readTar(decompress(modules, 'xz'), modulesLimits)) {
    const release = moduleInside(path)?.release
    if (release) releases.add(release)
  }
  const [found, ...more] = releases
  if (found !== stated || more.length > 0) {
    const what = releases.size === 0 ? 'none' : [...releases].map(quoted).join(', ')
    throw kernelMismatch(`its kernel is ${quoted(stated)}, but its modules are for ${what}`)
  }
  return { release: stated, isTold: kernel !== undefined }
}

const kernelMismatch = (message: string) =>
  new LinboError('PACKAGE_KERNEL', message, {
    fix: 'Take another version of the package: machines would start without drivers.',
  })

async function* entriesOf(
  deb: string,
  { offset, sizeBytes, compression }: DebMember,
  limits: TarLimits,
  onProgress?: (percent: number) => void,
): AsyncGenerator<TarEntry> {
  // A stream of no bytes cannot be asked for by its last byte.
  if (sizeBytes === 0) throw new ArchiveError('it is cut off')
  const packed = createReadStream(deb, { start: offset, end: offset + sizeBytes - 1 })
  const pieces = async function* () {
    for await (const piece of decompress(packed, compression)) {
      onProgress?.(Math.floor((packed.bytesRead / sizeBytes) * 100))
      yield piece
    }
  }
  yield* readTar(pieces(), limits)
}
