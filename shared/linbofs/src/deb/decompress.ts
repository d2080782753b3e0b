import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { spawnChild } from '@linbo/runtime'
import { ArchiveError } from './archive-error.ts'

/** How the archives inside a .deb are packed, by the end of their name. */
export const compressions = ['xz', 'zst', 'gz', 'none'] as const
export type Compression = (typeof compressions)[number]

/** Most memory xz may take to unpack, which the sender's choice of a dictionary decides. */
const xzMemory = '512MiB'

/**
 * Unpacks a stream as it comes; leaving the loop early ends all that is behind it.
 * @throws ArchiveError when the packed bytes are broken or cut off; LinboError `CHILD_MISSING` without Debian's xz-utils.
 */
export async function* decompress(input: Readable, compression: Compression) {
  if (compression === 'xz') yield* unxz(input)
  else if (compression === 'zst') yield* inflate(input, createZstdDecompress(), 'zstd')
  else if (compression === 'gz') yield* inflate(input, createGunzip(), 'gzip')
  else yield* input as AsyncIterable<Uint8Array>
}

async function* unxz(input: Readable): AsyncGenerator<Uint8Array> {
  const words: string[] = []
  const xz = spawnChild({
    command: 'xz',
    args: ['-dc', '--format=xz', `--memlimit-decompress=${xzMemory}`],
    pipes: true,
    debianPackage: 'xz-utils',
    onLine: (line) => words.push(line),
  })
  const { stdin, stdout } = xz.process
  if (!stdin || !stdout) throw new Error('xz was started without pipes')
  // When xz ends early, its exit code says more than the broken pipe.
  let failure: unknown
  const fed = pipeline(input, stdin).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') failure = error
  })
  try {
    yield* stdout as AsyncIterable<Uint8Array>
    const code = await xz.exited
    await fed
    if (failure) throw failure
    if (code !== 0) throw new ArchiveError(`what xz packed in it is broken${reason(words)}`)
  } catch (error) {
    // Without the program nothing comes out either.
    await xz.exited
    throw error
  } finally {
    input.destroy()
    stdout.destroy()
    await xz.stop()
    await fed
  }
}

/** xz names its input first: `xz: (stdin): Unexpected end of input`. */
const reason = (words: string[]) => {
  const said = words.at(-1)?.replace(/^.*?\(stdin\): /, '')
  return said ? ` (${said})` : ''
}

async function* inflate(
  input: Readable,
  unpacking: ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>,
  name: string,
): AsyncGenerator<Uint8Array> {
  let given = 0
  let failure: unknown
  const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      given += chunk.length
      yield chunk
    }
  }
  const fed = pipeline(input, counted, unpacking).catch((error) => {
    failure = error
  })
  try {
    yield* unpacking as AsyncIterable<Uint8Array>
    await fed
    // Node stops at the end of what it understands.
    if (unpacking.bytesWritten < given)
      throw new ArchiveError(`after what ${name} packed in it comes something else`)
  } catch (error) {
    await fed
    const { code, message } = (failure ?? error) as NodeJS.ErrnoException
    if (!/^(Z_|ZSTD_)/.test(code ?? '')) throw error
    throw new ArchiveError(`what ${name} packed in it is broken (${message})`)
  } finally {
    input.destroy()
    unpacking.destroy()
    await fed
  }
}
