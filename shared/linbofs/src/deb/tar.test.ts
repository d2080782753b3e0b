import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tar, tarBlock } from '@linbo/test/archives'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { ArchiveError } from './archive-error.ts'
import { readTar, type TarEntry, type TarLimits } from './tar.ts'

const limits: TarLimits = { entries: 100, fileBytes: 100_000, totalBytes: 1_000_000 }
const folder = mkdtempSync(join(tmpdir(), 'linbo-tar-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** In pieces that fit nothing. */
async function* pieces(bytes: Uint8Array, size = 700) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(bytes: Uint8Array, more: Partial<TarLimits> = {}, size?: number) {
  const found: (Omit<TarEntry, 'content'> & { text: string })[] = []
  for await (const { content, ...entry } of readTar(pieces(bytes, size), { ...limits, ...more })) {
    const parts: Uint8Array[] = []
    for await (const part of content) parts.push(part)
    found.push({ ...entry, text: Buffer.concat(parts).toString() })
  }
  return found
}

const good = tar([
  { path: './', type: '5' },
  { path: './one', data: 'first' },
  { path: './two', data: 'x'.repeat(1000), mode: 0o755 },
  { path: './link', type: '2', target: 'one' },
])

describe('reading a tar archive', () => {
  for (const format of ['gnu', 'pax', 'ustar', 'v7']) {
    it(`reads what GNU tar writes as ${format}`, async () => {
      const from = join(folder, format)
      const long = format === 'gnu' || format === 'pax' ? 'long'.repeat(40) : 'short'
      mkdirSync(join(from, 'a', long), { recursive: true })
      writeFileSync(join(from, 'a', long, 'däta'), 'x'.repeat(5000))
      writeFileSync(join(from, 'empty'), '')
      chmodSync(join(from, 'empty'), 0o4755)
      linkSync(join(from, 'empty'), join(from, 'hard'))
      symlinkSync(`a/${long}`, join(from, 'soft'))
      const bytes = execFileSync('tar', ['--sort=name', `--format=${format}`, '-c', '.'], {
        cwd: from,
      })
      const found = await read(bytes)
      expect(found.map(({ path, type, target, size }) => [path, type, size, target])).toEqual([
        ['', 'folder', 0, undefined],
        ['a', 'folder', 0, undefined],
        [`a/${long}`, 'folder', 0, undefined],
        [`a/${long}/däta`, 'file', 5000, undefined],
        ['empty', 'file', 0, undefined],
        ['hard', 'hardlink', 0, 'empty'],
        ['soft', 'symlink', 0, `a/${long}`],
      ])
      expect(found[3]?.text).toBe('x'.repeat(5000))
      expect(found[4]?.mode).toBe(0o4755)
    })
  }

  it('skips what is not read of a file', async () => {
    const paths: string[] = []
    for await (const entry of readTar(pieces(good), limits)) {
      paths.push(entry.path)
      if (entry.path === 'two') for await (const _part of entry.content) break
    }
    expect(paths).toEqual(['', 'one', 'two', 'link'])
  })

  it('tells its source when nobody reads on', async () => {
    let isClosed = false
    async function* source() {
      try {
        yield* pieces(good)
      } finally {
        isClosed = true
      }
    }
    for await (const _entry of readTar(source(), limits)) break
    expect(isClosed).toBe(true)
  })
})

const file = (path: string) => tar([{ path, data: 'x' }])
const refused: [string, Uint8Array, string, Partial<TarLimits>?][] = [
  ['an absolute path', file('/etc/passwd'), 'is absolute'],
  ['a path that climbs', file('./a/../../b'), 'climbs out'],
  [
    'a path that climbs in a pax header',
    tar([{ path: 'a', pax: { path: '../b' }, data: 'x' }]),
    'climbs out',
  ],
  ['a NUL in a pax path', tar([{ path: 'a', pax: { path: 'b\0c' }, data: 'x' }]), 'NUL'],
  ['a hard link that climbs', tar([{ path: 'a', type: '1', target: '../b' }]), 'climbs out'],
  ['a name that is too long', tar([{ path: 'a', pax: { path: 'n'.repeat(256) } }]), 'too long'],
  ['a path that is too long', tar([{ path: 'a', pax: { path: 'n/'.repeat(3000) } }]), 'too long'],
  ['a name that is not UTF-8', tar([{ path: Buffer.from([0xff, 0xfe]) }]), 'not UTF-8'],
  ['no name', tar([{ path: '.' }]), 'no name'],
  ['a folder with a size', tar([{ path: 'a/', data: 'x' }]), 'is no file'],
  ['a path twice', tar([{ path: 'a' }, { path: './a' }]), 'twice'],
  ['a file where a folder was', tar([{ path: 'a/b' }, { path: 'a' }]), 'twice'],
  [
    'a file below a link',
    tar([{ path: 'a', type: '2', target: '/etc' }, { path: 'a/b' }]),
    'lies below',
  ],
  ['a file below a file', tar([{ path: 'a' }, { path: 'a/b/c' }]), 'lies below'],
  ['an unknown type', tar([{ path: 'a', type: 'S' }]), 'unknown type'],
  ['a sparse file', tar([{ path: 'a', pax: { 'GNU.sparse.major': '1' } }]), 'sparse'],
  ['a link with a size', tar([{ path: 'a', type: '2', target: 'b', data: 'x' }]), 'is no file'],
  ['too many entries', good, 'more than 3 entries', { entries: 3 }],
  ['a large file', good, 'more than 999 bytes', { fileBytes: 999 }],
  ['too many bytes', good, 'unpacks to more than 4000', { totalBytes: 4000 }],
  ['a changed header', changed(good, 520, 0x41), 'checksum'],
  ['bytes after the end', Buffer.concat([good, Buffer.from('garbage')]), 'after its end'],
  [
    'an endless pax header',
    Buffer.concat([tarBlock({ path: 'x', type: 'x', size: 2 ** 33 }), good]),
    'too long',
  ],
  ['a pax header without end', tar([{ path: 'a', paxText: '30 path=short\n' }]), 'pax header'],
  ['a negative size', changed(file('a'), 124, 0xff), 'checksum'],
  ['nothing at all', new Uint8Array(), 'cut off'],
]

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[at] = value
  return copy
}

describe('a tar archive is refused for', () => {
  it.each(refused)('%s', async (_name, bytes, message, more) => {
    const error = await read(bytes, more).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(ArchiveError)
    expect(error.message).toContain(message)
  })

  it('being cut off anywhere', async () => {
    const end = good.length - 1024
    for (let length = 0; length < end; length += 97) {
      await expect(read(good.subarray(0, length))).rejects.toThrow(ArchiveError)
    }
  })

  it('any bytes, without ever failing in another way', async () => {
    const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 6 }), fc.nat(600), async (changes, size) => {
        let bytes: Uint8Array = good
        for (const [at, value] of changes) bytes = changed(bytes, at, value)
        await read(bytes, {}, size + 1).catch((error) => expect(error).toBeInstanceOf(ArchiveError))
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
        await expect(read(bytes)).rejects.toThrow(ArchiveError)
      }),
    )
  })
})
