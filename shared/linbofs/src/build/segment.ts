import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { LinboError, spawnChild } from '@linbo/runtime'

/** The kernel's xz knows no other checksum; blocks let it, and xz here, work on several at once. */
const options = ['--format=xz', '--check=crc32', '--threads=0', '--block-size=4MiB']

/**
 * Packs bytes with xz as the kernel can unpack them, into a file that appears whole (fsync, rename).
 * @throws LinboError `CHILD_MISSING` without xz, `LINBOFS_XZ`; whatever `bytes` throws
 */
export async function writeXz(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  const words: string[] = []
  const xz = spawnChild({
    ...{ command: 'xz', args: ['-c', ...options], pipes: true, debianPackage: 'xz-utils' },
    onLine: (line) => words.push(line),
  })
  const { stdin, stdout } = xz.process
  if (!stdin || !stdout) throw new Error('xz was started without pipes')
  try {
    const stop = signal ? { signal } : {}
    const fed = pipeline(Readable.from(bytes), stdin, stop)
    const written = pipeline(stdout, createWriteStream(temporary, { mode: 0o640 }), stop)
    const [feeding, writing] = await Promise.allSettled([fed, written])
    const code = await xz.exited
    if (feeding.status === 'rejected' && feeding.reason.code !== 'EPIPE') throw feeding.reason
    if (writing.status === 'rejected') throw writing.reason
    if (code !== 0 || feeding.status === 'rejected') {
      throw new LinboError('LINBOFS_XZ', `xz ended with ${code}: ${words.at(-1) ?? ''}`, {
        fix: 'See that there is room on the disk of LINBO_DATA_DIR, and memory for xz.',
      })
    }
    await sync(temporary)
    await rename(temporary, path)
    await sync(dirname(path))
  } finally {
    stdout.destroy()
    await xz.stop()
    await rm(temporary, { force: true })
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path)
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
