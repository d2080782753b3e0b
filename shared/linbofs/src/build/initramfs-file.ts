import { createHash, type Hash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { copyFile, open, stat, truncate } from 'node:fs/promises'
import type { Segment } from './boot-base.ts'

export interface WrittenFile {
  md5: string
  sha256: string
  sizeBytes: number
  /** How much of it are the segments. */
  baseBytes: number
}

interface Digests {
  md5: Hash
  sha256: Hash
}

/** The digests of beginnings, so that building anew does not read them again. */
const remembered = new Map<string, Digests>()

/**
 * Writes an initramfs: segments one behind the other, then `tail`. Each begins at a multiple of four bytes, where the
 * kernel looks for the next one.
 * @param path must not be there yet
 */
export async function writeInitramfs(
  path: string,
  segments: Segment[],
  tail: Uint8Array,
): Promise<WrittenFile> {
  const [first, ...more] = segments
  if (!first) throw new RangeError('an initramfs begins with a segment')
  await copyFile(first.path, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  await truncate(path, first.bytes)
  const file = await open(path, 'a', 0o644)
  let sizeBytes = first.bytes
  const append = async (bytes: Uint8Array) => {
    await file.appendFile(bytes)
    sizeBytes += bytes.length
  }
  try {
    await file.chmod(0o644)
    await append(padding(sizeBytes))
    for (const segment of more) {
      for await (const chunk of chunksOf(segment)) await append(chunk)
      await append(padding(sizeBytes))
    }
    const baseBytes = sizeBytes
    const { md5, sha256 } = await digestsOf(segments)
    await append(tail)
    return {
      ...{ sizeBytes, baseBytes },
      md5: md5.update(tail).digest('hex'),
      sha256: sha256.update(tail).digest('hex'),
    }
  } finally {
    await file.close()
  }
}

const padding = (length: number) => new Uint8Array(-length & 3)

function chunksOf({ path, bytes }: Segment): AsyncIterable<Uint8Array> {
  return createReadStream(path, { end: bytes - 1, highWaterMark: 1024 * 1024 })
}

/** Digests of the segments with the zeros behind each, to be gone on with. */
async function digestsOf(segments: Segment[]): Promise<Digests> {
  const stamps = await Promise.all(
    segments.map(async ({ path, bytes }) => {
      const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true })
      return `${dev} ${ino} ${size} ${mtimeNs} ${bytes}`
    }),
  )
  const key = stamps.join('\n')
  const digests = remembered.get(key) ?? (await countDigests(segments))
  remembered.delete(key)
  remembered.set(key, digests)
  for (const old of [...remembered.keys()].slice(0, -4)) remembered.delete(old)
  return { md5: digests.md5.copy(), sha256: digests.sha256.copy() }
}

async function countDigests(segments: Segment[]): Promise<Digests> {
  const digests = { md5: createHash('md5'), sha256: createHash('sha256') }
  const update = (bytes: Uint8Array) => {
    digests.md5.update(bytes)
    digests.sha256.update(bytes)
  }
  for (const segment of segments) {
    for await (const chunk of chunksOf(segment)) update(chunk)
    update(padding(segment.bytes))
  }
  return digests
}
