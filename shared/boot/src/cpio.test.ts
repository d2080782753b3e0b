import { execFileSync } from 'node:child_process'
import { assert, asyncProperty, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpio, packCpio } from './cpio.ts'
import { CpioError, listCpio, readCpio, wholeOf } from './cpio-read.ts'

const entries = [
  cpio.folder('etc'),
  cpio.file('etc/secret', 'abc', 0o600),
  cpio.link('etc/link', '../target'),
  cpio.device('dev/console', 5, 1),
  cpio.file('bin/äö', new Uint8Array(5000).fill(7), 0o4755),
]
const archive = packCpio(entries)

async function* inPieces(bytes: Uint8Array, length: number) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

describe('a newc archive', () => {
  it('is listed by cpio with types, modes and owners', () => {
    const listed = execFileSync('cpio', ['-itvn', '--quiet'], { input: archive, encoding: 'utf8' })
    const words = listed
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/))
    expect(words.map(([mode, , uid, gid]) => `${mode} ${uid} ${gid}`)).toEqual([
      'drwxr-xr-x 0 0',
      '-rw------- 0 0',
      'lrwxrwxrwx 0 0',
      'crw------- 0 0',
      '-rwsr-xr-x 0 0',
    ])
  })

  it.each([1, 3, 110, 4096, 100_000])('is read back in pieces of %i bytes', async (length) => {
    const read = []
    for await (const entry of readCpio(inPieces(archive, length))) {
      const data = await wholeOf(entry.content())
      read.push({ path: entry.path, mode: entry.mode, data, device: entry.device })
    }
    expect(read).toEqual(
      entries.map(({ path, mode, data, device }) => ({
        ...{ path, mode, device },
        data: Buffer.from(data ?? ''),
      })),
    )
  })

  it('is skipped where its content is not wanted', async () => {
    const paths = []
    for await (const { path } of readCpio(inPieces(archive, 1000))) paths.push(path)
    expect(paths).toEqual(entries.map(({ path }) => path))
  })

  it('may follow another one, with zeros between', async () => {
    const both = Buffer.concat([archive, Buffer.alloc(512), packCpio([cpio.file('x', 'y')])])
    expect((await listCpio(both)).map(({ path }) => path)).toContain('x')
  })

  it('is no archive when it ends too early', async () => {
    for (let length = 1; length < 400; length++) {
      await expect(listCpio(archive.subarray(0, length))).rejects.toThrow(CpioError)
    }
  })

  it('throws nothing else for any bytes', async () => {
    await assert(
      asyncProperty(
        uint8Array({ maxLength: 400 }),
        uint8Array({ maxLength: 40 }),
        async (bytes, head) => {
          const damaged = Buffer.from(archive)
          damaged.set(head, bytes.length % 300)
          for (const one of [bytes, Buffer.concat([Buffer.from('070701'), bytes]), damaged]) {
            await listCpio(one).catch((error) => expect(error).toBeInstanceOf(CpioError))
          }
        },
      ),
    )
  })
})
