import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listCpio } from '@linbo/boot/cpio-read'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeBase, readBase } from './base.ts'
import { writePackage, writeTarXz } from './testing.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linbo-base-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const unpacked = (name: string) =>
  listCpio(execFileSync('xz', ['-dc', join(folder, name)], { maxBuffer: 1e8 }))

describe('a base', () => {
  it('holds the template and the modules as the kernel unpacks them', async () => {
    await writePackage(folder)
    const facts = await makeBase({ folder })
    const base = new Map((await unpacked('base.cpio.xz')).map((entry) => [entry.path, entry]))
    expect(base.get('bin/busybox')).toMatchObject({ mode: 0o104755 })
    expect(base.get('dev/console')).toMatchObject({ mode: 0o020600, device: [5, 1] })
    expect(String(base.get('init')?.data)).toBe('bin/busybox')
    expect(base.get('bin/sh')?.mode).toBe(0o120777)
    expect(String(base.get('bin/sh')?.data)).toBe('../bin/busybox')
    const order = [...base.keys()]
    expect(order.indexOf('bin')).toBeLessThan(order.indexOf('bin/busybox'))
    expect(facts.inittab).toContain('::sysinit:/init.sh')
    expect(facts.links.get('lib')).toBe('usr/lib')
    expect(facts.folders.has('etc')).toBe(true)

    const modules = (await unpacked('modules.cpio.xz')).map(({ path }) => path)
    expect(modules).toContain('usr/lib/modules/6.1.0-test/kernel/one.ko')
    expect(modules).toContain('usr/lib/modules/6.1.0-test/modules.dep')
    expect(modules).not.toContain('usr/lib')
    expect(modules).not.toContain('lib')
    expect(await readBase(folder)).toEqual(facts)
  })

  it('has the same bytes each time', async () => {
    await writePackage(folder)
    const digests = async () => {
      await makeBase({ folder })
      return Promise.all(
        ['base.cpio.xz', 'modules.cpio.xz'].map(async (name) =>
          createHash('sha256')
            .update(await readFile(join(folder, name)))
            .digest('hex'),
        ),
      )
    }
    expect(await digests()).toEqual(await digests())
  })

  it('may be packed in a folder of its own', async () => {
    await writePackage(folder, { wrapper: 'linbofs64' })
    await makeBase({ folder })
    const paths = (await unpacked('base.cpio.xz')).map(({ path }) => path)
    expect(paths).toContain('bin/busybox')
    expect(paths).not.toContain('linbofs64')
  })

  it('is refused with the name of what is wrong, and leaves nothing behind', async () => {
    const good = join(folder, 'good')
    await mkdir(good)
    await writePackage(good)
    const refused = async (name: string, make: (path: string) => Promise<void>) => {
      const bad = join(folder, 'bad')
      await cp(good, bad, { recursive: true })
      await make(join(bad, name))
      const before = await readdir(bad)
      await expect(makeBase({ folder: bad })).rejects.toMatchObject({
        code: 'LINBOFS_TEMPLATE',
        message: expect.stringContaining(name),
        fix: expect.stringContaining('again'),
      })
      expect((await readdir(bad)).filter((one) => !before.includes(one))).toEqual(
        name === 'modules.tar.xz' ? ['base.cpio.xz'] : [],
      )
      await rm(bad, { recursive: true })
    }
    for (const name of ['linbofs64.tar.xz', 'modules.tar.xz']) {
      await refused(name, (path) => writeFile(path, 'no archive'))
      await refused(name, async (path) => writeFile(path, (await readFile(path)).subarray(0, -9)))
      await refused(name, (path) => writeTarXz(path, [{ name: '../evil', content: 'x' }]))
      await refused(name, (path) => writeTarXz(path, [{ name: '/etc/evil', content: 'x' }]))
    }
    await refused('linbofs64.tar.xz', (path) =>
      writeTarXz(path, [
        { name: 'lib', link: '/etc' },
        { name: 'lib/passwd', content: 'x' },
      ]),
    )
    await refused('modules.tar.xz', (path) => writeTarXz(path, [{ name: 'etc/x', content: 'x' }]))
    await refused('modules.tar.xz', (path) =>
      writeTarXz(path, [
        { name: 'lib/modules/1/x', content: 'x' },
        { name: 'lib/modules/2/x', content: 'x' },
      ]),
    )
  })

  it('is not there when a part of it is missing', async () => {
    expect(await readBase(folder)).toBeUndefined()
    await writeFile(join(folder, 'base.cpio.xz'), 'x')
    await writeFile(join(folder, 'modules.cpio.xz'), 'x')
    await writeFile(join(folder, 'base.json'), '{}')
    expect(await readBase(folder)).toBeUndefined()
  })
})
