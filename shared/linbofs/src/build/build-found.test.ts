import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cpio, packCpio } from '@linbo/boot/cpio'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { foundBase } from './boot-base.ts'
import { openTestBuilder, type TestBuilder } from './testing-build.ts'

let test: TestBuilder
let dir: string
beforeEach(async () => {
  test = await openTestBuilder()
  dir = test.dir
})
afterEach(() => test.close())
const build: TestBuilder['build'] = (options) => test.build(options)

describe('kernel and initramfs that were found', () => {
  it.each(['xz', 'lzma', 'gzip', 'zstd', 'cat'])(
    'get the same overlay, packed with %s',
    async (packer) => {
      const made = await build()
      const archive = execFileSync('xz', ['-dc', join(dir, 'package/base.cpio.xz')])
      const options =
        { xz: ['--check=none'], lzma: [], gzip: [], zstd: ['-q'], cat: [] }[packer] ?? []
      const args = packer === 'cat' ? [] : ['-c', ...options]
      const folder = join(dir, 'srv')
      await mkdir(folder)
      await copyFile(join(made.folder, 'linbo64'), join(folder, 'linbo64'))
      await writeFile(join(folder, 'linbofs64'), execFileSync(packer, args, { input: archive }))
      const { size } = await stat(join(folder, 'linbofs64'))
      const base = await foundBase(folder, 'found', size)
      expect(base.warnings).toEqual([])
      expect(base.facts.inittab).toContain('::sysinit:/init.sh')
      expect(base.facts.links.get('lib')).toBe('usr/lib')
      const first = await build({ base })
      expect(first.baseBytes).toBe(size)
      // Building on what was built gives the same again.
      const second = await build({ base: await foundBase(first.folder, 'found', first.baseBytes) })
      expect(second.sha256).toEqual(first.sha256)
    },
  )

  it('may begin with a plain archive before the packed one', async () => {
    const folder = join(dir, 'srv')
    await mkdir(folder)
    await writeFile(join(folder, 'linbo64'), 'kernel')
    const plain = packCpio([cpio.folder('.ssh'), cpio.file('.ssh/authorized_keys', 'old')])
    const packed = await readFile(join((await test.base()).template.path))
    const zeros = Buffer.alloc(8)
    await writeFile(join(folder, 'linbofs64'), Buffer.concat([plain, zeros, packed]))
    const { size } = await stat(join(folder, 'linbofs64'))
    const base = await foundBase(folder, 'found', size)
    expect(base.facts.folders.has('.ssh')).toBe(true)
    expect(base.facts.links.get('lib')).toBe('usr/lib')
    expect(base.warnings).toEqual([])
  })

  it('that cannot be read are taken as they are, with a warning', async () => {
    await mkdir(join(dir, 'srv'))
    await writeFile(join(dir, 'srv/linbo64'), 'kernel')
    await writeFile(join(dir, 'srv/linbofs64'), 'unknown')
    const { folder, warnings } = await build({ base: await foundBase(join(dir, 'srv'), 'x', 7) })
    expect(warnings).toEqual([expect.stringContaining('could not be read')])
    const bytes = await readFile(join(folder, 'linbofs64'))
    expect(bytes.toString('latin1', 0, 14)).toBe('unknown\x00070701')
  })
})
