import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFiles, type Files, type Opened } from './files.ts'

let folder: string
let root: string
let files: Files

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linbo-files-'))
  root = join(folder, 'linbo')
  await mkdir(join(root, 'boot/grub/hostcfg'), { recursive: true })
  await writeFile(join(folder, 'outside'), 'secret')
  await writeFile(join(root, 'boot/grub/win.cfg'), 'menu')
  files = createFiles(root)
})
afterEach(() => rm(folder, { recursive: true }))

const text = async (opened: Opened) => {
  if (opened.kind !== 'file') return opened.kind
  const bytes = new Uint8Array(opened.file.sizeBytes)
  await opened.file.read([bytes], 0)
  await opened.file.release()
  return Buffer.from(bytes).toString()
}

describe('files', () => {
  it('follows links that stay inside the root', async () => {
    await symlink('../win.cfg', join(root, 'boot/grub/hostcfg/pc01.cfg'))
    expect(await text(await files.open('boot/grub/hostcfg/pc01.cfg'))).toBe('menu')
  })

  it('takes a root that is itself a link', async () => {
    await symlink(root, join(folder, 'link'))
    expect(await text(await createFiles(join(folder, 'link')).open('boot/grub/win.cfg'))).toBe(
      'menu',
    )
  })

  it('gives out of a boot set the file that was asked for, and nothing else', async () => {
    await mkdir(join(root, '.boot/one'), { recursive: true })
    for (const name of ['linbo64', 'linbofs64', 'set.json'])
      await writeFile(join(root, '.boot/one', name), name)
    await symlink('one', join(root, '.boot/current'))
    await symlink('.boot/current/linbo64', join(root, 'linbo64'))
    await symlink('.boot/current/linbofs64', join(root, 'linbo64.md5'))
    await symlink('.boot/current/set.json', join(root, 'linbo-version'))
    expect(await text(await files.open('linbo64'))).toBe('linbo64')
    expect(await text(await files.open('linbofs64', '.boot/one/linbofs64'))).toBe('linbofs64')
    expect(await text(await files.open('linbo64.md5'))).toBe('missing')
    expect(await text(await files.open('linbo-version'))).toBe('missing')
    expect(await text(await files.open('boot/linbo64', '.boot/one/linbo64'))).toBe('missing')
  })

  it.each([
    ['an absolute link', () => symlink(join(folder, 'outside'), join(root, 'x')), 'x'],
    ['a link upwards', () => symlink('../outside', join(root, 'x')), 'x'],
    ['a folder that is a link', () => symlink(folder, join(root, 'x')), 'x/outside'],
    [
      'a link to a link',
      async () => {
        await symlink('y', join(root, 'x'))
        await symlink('../outside', join(root, 'y'))
      },
      'x',
    ],
    ['a loop of links', () => symlink('x', join(root, 'x')), 'x'],
    ['a link to nothing', () => symlink('nothing', join(root, 'x')), 'x'],
    [
      'a link to a secret',
      async () => {
        await mkdir(join(root, 'linbocmd'))
        await writeFile(join(root, 'linbocmd/pc.cmd'), 'linbo:password')
        await symlink('linbocmd/pc.cmd', join(root, 'x'))
      },
      'x',
    ],
    ['a file that is not there', async () => {}, 'x'],
    ['a file used as a folder', async () => {}, 'boot/grub/win.cfg/x'],
  ] as [string, () => Promise<void>, string][])(
    'knows no file behind %s',
    async (_, make, path) => {
      await make()
      expect(await text(await files.open(path))).toBe('missing')
    },
  )

  it.each([
    ['a folder', async () => {}, 'boot'],
    ['a pipe', async () => void (await promisify(execFile)('mkfifo', [join(root, 'x')])), 'x'],
    ['a link to a device', () => symlink('pipe', join(root, 'x')), 'x'],
  ] as [string, () => Promise<void>, string][])(
    'refuses %s without blocking',
    async (_, make, path) => {
      if (path === 'x') await promisify(execFile)('mkfifo', [join(root, 'pipe')])
      await make()
      expect((await files.open(path)).kind).toBe('refused')
    },
  )

  it('never delivers from outside while somebody swaps a file for a link', async () => {
    const inside = join(root, 'swapped')
    let isSwapping = true
    const swap = async () => {
      for (let turn = 0; isSwapping; turn++) {
        const next = join(root, 'next')
        if (turn % 2) await writeFile(next, 'public')
        else await symlink('../outside', next)
        await rename(next, inside)
      }
    }
    const swapping = swap()
    const seen = new Set<string>()
    for (let i = 0; i < 1500; i++) seen.add(await text(await files.open('swapped')))
    isSwapping = false
    await swapping
    seen.delete('missing')
    expect([...seen].filter((one) => one !== 'public')).toEqual([])
  })

  it('never delivers from outside while somebody swaps a folder for a link', async () => {
    await mkdir(join(folder, 'elsewhere'))
    await writeFile(join(folder, 'elsewhere/x'), 'secret')
    await mkdir(join(root, 'real'))
    await writeFile(join(root, 'real/x'), 'public')
    await symlink(join(folder, 'elsewhere'), join(root, 'fake'))
    let isSwapping = true
    const swap = async () => {
      while (isSwapping) {
        await rename(join(root, 'real'), join(root, 'd'))
        await rename(join(root, 'd'), join(root, 'real'))
        await rename(join(root, 'fake'), join(root, 'd'))
        await rename(join(root, 'd'), join(root, 'fake'))
      }
    }
    const swapping = swap()
    const seen = new Set<string>()
    for (let i = 0; i < 1500; i++) seen.add(await text(await files.open('d/x')))
    isSwapping = false
    await swapping
    seen.delete('missing')
    expect([...seen].filter((one) => one !== 'public')).toEqual([])
  })

  it('shares one open file between readers, and notices a change', async () => {
    const one = await files.open('boot/grub/win.cfg')
    const two = await files.open('boot/grub/win.cfg')
    if (one.kind !== 'file' || two.kind !== 'file') throw new Error('not opened')
    expect(two.file).toBe(one.file)
    await writeFile(join(root, 'boot/grub/win.cfg'), 'MENU')
    await expect(one.file.read([new Uint8Array(4)], 0)).rejects.toThrow('changed')
    await one.file.release()
    await two.file.release()
    expect(await text(await files.open('boot/grub/win.cfg'))).toBe('MENU')
  })

  it('says when the root is missing', async () => {
    const lost = createFiles(join(folder, 'nowhere'))
    expect(await text(await lost.open('x'))).toBe('missing')
    expect(lost.rootMissing).toBe(true)
  })
})
