import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bootFileStatus } from './boot-files.ts'
import { writeMd5Files } from './md5-files.ts'
import { writeBuildRecord } from './netdir-record.ts'
import { ensureTree } from './tree.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'linbo-boot-files-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const put = (file: string, text: string) => writeFile(join(root, file), text)
async function status(path: string) {
  const found = (await bootFileStatus(root)).find((file) => file.path === path)
  if (!found) throw new Error(`no status of ${path}`)
  return found
}

describe('bootFileStatus', () => {
  it('says what to do about everything in an empty folder', async () => {
    for (const file of await bootFileStatus(root))
      expect(file).toMatchObject({ present: false, sizeBytes: null, fix: expect.any(String) })
  })

  it('has nothing to say about the folders once the tree is made', async () => {
    await ensureTree(root)
    expect(await status('boot/grub/themes')).toMatchObject({ present: true, fix: null })
    expect(await status('linuxmuster-win')).toMatchObject({ present: true, fix: null })
  })

  it('gives size and time', async () => {
    await put('linbo64', 'kernel')
    await utimes(join(root, 'linbo64'), new Date(0), new Date('2026-11-20T15:00:00Z'))
    expect(await status('linbo64')).toEqual({
      path: 'linbo64',
      present: true,
      sizeBytes: 6,
      modifiedAt: '2026-11-20T15:00:00.000Z',
      fix: null,
      required: true,
    })
  })

  it('finds an empty kernel', async () => {
    await put('linbo64', '')
    expect((await status('linbo64')).fix).toMatch(/empty.*linbo boot import/)
  })

  it('finds a checksum of another file', async () => {
    await put('linbofs64', 'new')
    await put('linbofs64.md5', `${'0'.repeat(32)}\n`)
    expect((await status('linbofs64.md5')).fix).toContain('does not match')
    await writeMd5Files(root)
    expect((await status('linbofs64.md5')).fix).toBeNull()
  })

  it('finds the GUI archive in both of its places', async () => {
    await mkdir(join(root, 'gui'))
    await put('gui/linbo_gui64_7.tar.lz', 'gui')
    expect(await status('linbo_gui64_7.tar.lz')).toMatchObject({ present: true, fix: null })
  })

  it('finds a core image without modules, or with modules of another build', async () => {
    await ensureTree(root)
    const folder = 'boot/grub/i386-pc'
    await put(`${folder}/core.0`, 'core')
    expect((await status(`${folder}/core.0`)).fix).toContain('missing')
    await put(`${folder}/normal.mod`, 'one')
    await writeBuildRecord(join(root, folder), 'core.0', '2.06')
    expect((await status(`${folder}/core.0`)).fix).toBeNull()
    await put(`${folder}/normal.mod`, 'two')
    expect((await status(`${folder}/core.0`)).fix).toContain('not of one build')
  })
})

describe('writeMd5Files', () => {
  it('writes hex digits and a line end, and only when needed', async () => {
    await put('linbo64', 'kernel')
    expect(await writeMd5Files(root)).toEqual(['linbo64.md5'])
    expect(await readFile(join(root, 'linbo64.md5'), 'utf8')).toBe(
      '50484c19f1afdaf3841a0d821ed393d2\n',
    )
    const before = await stat(join(root, 'linbo64.md5'), { bigint: true })
    expect(await writeMd5Files(root)).toEqual([])
    expect((await stat(join(root, 'linbo64.md5'), { bigint: true })).ino).toBe(before.ino)
  })

  it('replaces one that is wrong, or has another form', async () => {
    await put('linbo64', 'kernel')
    for (const text of ['', `${'0'.repeat(32)}\n`, '50484c19f1afdaf3841a0d821ed393d2  linbo64\n']) {
      await put('linbo64.md5', text)
      expect(await writeMd5Files(root)).toEqual(['linbo64.md5'])
    }
  })

  it('follows a file that changed', async () => {
    await put('linbofs64', 'one')
    await writeMd5Files(root)
    const first = await readFile(join(root, 'linbofs64.md5'), 'utf8')
    await put('linbofs64', 'other')
    await writeMd5Files(root)
    expect(await readFile(join(root, 'linbofs64.md5'), 'utf8')).not.toBe(first)
  })
})
