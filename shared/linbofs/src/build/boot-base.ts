import { createReadStream } from 'node:fs'
import { type FileHandle, open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { CpioError, readCpio, wholeOf } from '@linbo/boot/cpio-read'
import { spawnChild } from '@linbo/runtime'
import { ArchiveError } from '../deb/archive-error.ts'
import { type Compression, decompress } from '../deb/decompress.ts'
import type { BootPackage } from '../deb/package.ts'
import { baseFiles, makeBase, readBase } from './base.ts'
import { type BaseFacts, noFacts, noteEntry } from './base-facts.ts'
import { FileType, isOf } from './cpio-stream.ts'

/** A file, or the beginning of one, that an initramfs begins with. */
export interface Segment {
  path: string
  bytes: number
}

/** What a boot set is built on. */
export interface BootBase {
  kind: 'package' | 'found'
  /** Version of the package, or where the files were found. */
  name: string
  /** Path of the kernel. */
  kernel: string
  kernelVersion: string | null
  /** The template alone, or everything when it cannot be told apart. */
  template: Segment
  /** The package's modules; undefined when they are in the template. */
  modules: Segment | undefined
  facts: BaseFacts
  /** Content of `linbo-version`. */
  versionLine: string | undefined
  warnings: string[]
}

/**
 * A base from an imported package; its segments are made when they are missing.
 * @throws LinboError as `makeBase`
 */
export async function packageBase(
  boot: BootPackage,
  options: { signal?: AbortSignal; onProgress?(text: string): void } = {},
): Promise<BootBase> {
  const { folder, version, kernelVersion } = boot
  const facts = (await readBase(folder)) ?? (await makeBase({ folder, ...options }))
  const segment = async (name: string) => {
    const path = join(folder, name)
    return { path, bytes: (await stat(path)).size }
  }
  const told = await readFile(join(folder, 'serverfs', 'linbo-version'), 'utf8').catch(() => '')
  return {
    ...{ kind: 'package', name: version, kernel: join(folder, 'linbo64'), kernelVersion, facts },
    template: await segment(baseFiles.template),
    modules: await segment(baseFiles.modules),
    versionLine: told.trim() === '' ? `LINBO ${version}` : told.trim(),
    warnings: [],
  }
}

/**
 * A base from kernel and initramfs that somebody put there, or from a set that was built on such.
 * @param folder holds `linbo64` and `linbofs64`
 * @param bytes how much of `linbofs64` is LINBO's own
 */
export async function foundBase(folder: string, name: string, bytes: number): Promise<BootBase> {
  const path = join(folder, 'linbofs64')
  const template = { path, bytes }
  const version = await readFile(join(folder, 'linbo-version'), 'utf8').catch(() => '')
  const read = await readFacts(template)
  return {
    ...{ kind: 'found', name, kernel: join(folder, 'linbo64'), kernelVersion: null, template },
    modules: undefined,
    facts: read ?? noFacts(),
    versionLine: version.trim() || undefined,
    warnings: read
      ? []
      : [
          'linbofs64: what is in it could not be read; it is taken for LINBO 7.4 as upstream packs it',
        ],
  }
}

const known = new Map<string, Promise<BaseFacts | undefined>>()

/** What lies in an initramfs; undefined when it cannot be unpacked. It is remembered until the file changes. */
async function readFacts(segment: Segment): Promise<BaseFacts | undefined> {
  const { ino, mtimeMs } = await stat(segment.path)
  const key = `${segment.path} ${ino} ${mtimeMs} ${segment.bytes}`
  const found = known.get(key)
  if (found) return found
  const reading = listFacts(segment).catch((error) => {
    if (error instanceof CpioError || error instanceof ArchiveError) return undefined
    known.delete(key)
    throw error
  })
  known.clear()
  known.set(key, reading)
  return reading
}

async function listFacts(segment: Segment): Promise<BaseFacts> {
  const facts = noFacts()
  for await (const entry of readCpio(unpackSegment(segment))) {
    const path = entry.path.replace(/^(\.?\/)+/, '')
    if (path === '' || path === '.') continue
    noteEntry(facts, { ...entry, path })
    const isLink = isOf(entry.mode, FileType.symlink)
    const isInittab = path === 'etc/inittab' && entry.sizeBytes < 256 * 1024
    if (!isLink && !isInittab) continue
    const text = (await wholeOf(entry.content())).toString('utf8')
    if (isLink) facts.links.set(path, text)
    else facts.inittab = text
  }
  return facts
}

/**
 * The archives in a segment, however they are packed: plain ones, and behind them packed ones of one kind.
 * @throws ArchiveError, CpioError; LinboError `CHILD_MISSING`
 */
export async function* unpackSegment({ path, bytes }: Segment): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  let start: number
  let kind: Compression | 'lzma'
  try {
    start = await endOfPlain(file, bytes)
    kind = await compressionAt(file, start)
  } finally {
    await file.close()
  }
  if (start > 0) yield* createReadStream(path, { end: start - 1 })
  if (start >= bytes) return
  const input = createReadStream(path, { start, end: bytes - 1 })
  yield* kind === 'lzma' ? unlzma(input) : decompress(input, kind)
}

const headerBytes = 110

/** Where the plain archives at the beginning end, and the zeros behind them. */
async function endOfPlain(file: FileHandle, bytes: number): Promise<number> {
  const header = Buffer.alloc(headerBytes)
  let at = 0
  while (at < bytes) {
    const { bytesRead } = await file.read(header, 0, headerBytes, at)
    const zeros = header.subarray(0, bytesRead).findIndex((byte) => byte !== 0)
    if (zeros !== 0) at += zeros < 0 ? Math.max(1, bytesRead) : zeros
    else if (header.toString('latin1', 0, 6) !== '070701') break
    else {
      const field = (index: number) =>
        Number.parseInt(header.toString('latin1', 6 + index * 8, 14 + index * 8), 16)
      const next = ((at + headerBytes + field(11) + 3) & ~3) + ((field(6) + 3) & ~3)
      if (!(next > at)) break
      at = next
    }
  }
  return Math.min(at, bytes)
}

async function compressionAt(file: FileHandle, at: number): Promise<Compression | 'lzma'> {
  const start = Buffer.alloc(6)
  await file.read(start, 0, 6, at)
  const hex = start.toString('hex')
  if (hex === 'fd377a585a00') return 'xz'
  if (hex.startsWith('5d0000')) return 'lzma'
  if (hex.startsWith('1f8b')) return 'gz'
  return hex.startsWith('28b52ffd') ? 'zst' : 'none'
}

/** The format of LINBO before 7.4. */
async function* unlzma(input: Readable): AsyncGenerator<Uint8Array> {
  const args = ['-dc', '--format=lzma', '--memlimit-decompress=512MiB']
  const xz = spawnChild({ command: 'xz', args, pipes: true, debianPackage: 'xz-utils' })
  const { stdin, stdout } = xz.process
  if (!stdin || !stdout) throw new Error('xz was started without pipes')
  stdin.on('error', () => {})
  input.pipe(stdin)
  try {
    yield* stdout as AsyncIterable<Uint8Array>
    if ((await xz.exited) !== 0) throw new ArchiveError('what xz packed in it is broken')
  } finally {
    input.destroy()
    stdout.destroy()
    await xz.stop()
  }
}
