import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpio, packCpio } from '@linbo/boot/cpio'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chooseBase } from './choose-base.ts'
import { writePackage } from './testing.ts'

let dir: string
let root: string
let store: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'linbo-choose-'))
  root = join(dir, 'srv')
  store = join(dir, 'packages')
  await mkdir(join(root, '.boot'), { recursive: true })
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const initramfs = (name: string) => packCpio([cpio.file(name, 'x')])

async function addPackage(version: string) {
  const folder = join(store, `linuxmuster-linbo7_${version}`)
  await writePackage(folder)
  const manifest = { name: 'linuxmuster-linbo7', version, kernelVersion: '6.1.0-test', sha256: 'x' }
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest))
}

async function addSet(id: string, linbofs64: Uint8Array, base?: object) {
  const folder = join(root, '.boot', id)
  await mkdir(folder)
  await writeFile(join(folder, 'linbo64'), `kernel ${id}`)
  await writeFile(join(folder, 'linbofs64'), linbofs64)
  if (base) await writeFile(join(folder, 'set.json'), JSON.stringify({ base }))
}

async function makeCurrent(id: string) {
  await symlink(id, join(root, '.boot/current'))
  for (const name of ['linbo64', 'linbofs64'])
    await symlink(`.boot/current/${name}`, join(root, name))
}

const choose = async () => (await chooseBase({ root, store })).base

describe('what is built on', () => {
  it('is nothing without package and files', async () => {
    await expect(choose()).rejects.toMatchObject({ code: 'LINBOFS_NO_BASE' })
  })

  it('is the newest package on a new server', async () => {
    await addPackage('7.4.9-0')
    await addPackage('7.4.11-0')
    expect(await choose()).toMatchObject({
      kind: 'package',
      name: '7.4.11-0',
      versionLine: 'LINBO 7.4.11-0',
    })
  })

  it('is what somebody put into LINBO_DIR, before any package', async () => {
    await addPackage('7.4.11-0')
    await writeFile(join(root, 'linbo64'), 'kernel')
    await writeFile(join(root, 'linbofs64'), initramfs('found'))
    expect(await choose()).toMatchObject({ kind: 'found', kernel: join(root, 'linbo64') })
  })

  it('is the package of the current set, though there is a newer one', async () => {
    await addPackage('7.4.9-0')
    await addPackage('7.4.11-0')
    const bytes = initramfs('a')
    const sizes = { bytes: 10, sizeBytes: bytes.length }
    await addSet('a', bytes, { kind: 'package', name: '7.4.9-0', ...sizes })
    await makeCurrent('a')
    expect(await choose()).toMatchObject({ kind: 'package', name: '7.4.9-0' })
  })

  it('is cut out of the current set when its package is gone', async () => {
    const own = initramfs('own')
    const whole = Buffer.concat([own, initramfs('overlay')])
    const sizes = { bytes: own.length, sizeBytes: whole.length }
    await addSet('a', whole, { kind: 'package', name: '7.4.9-0', ...sizes })
    await makeCurrent('a')
    const base = await choose()
    expect(base.template).toEqual({ path: join(root, '.boot/a/linbofs64'), bytes: own.length })
  })

  it('is a whole initramfs that was copied over ours', async () => {
    const sizes = { bytes: 10, sizeBytes: 1000 }
    await addSet('a', initramfs('theirs'), { kind: 'found', name: 'found', ...sizes })
    await makeCurrent('a')
    const { template } = await choose()
    expect(template.bytes).toBe((await readFile(join(root, 'linbofs64'))).length)
  })

  it('is the found set where hooks made the base unknown', async () => {
    await addSet('found-1', initramfs('found'))
    await symlink('found-1', join(root, '.boot/found'))
    const bytes = initramfs('hooked')
    await addSet('b', bytes, { kind: 'found', name: 'found', bytes: 0, sizeBytes: bytes.length })
    await makeCurrent('b')
    expect((await choose()).template.path).toBe(join(root, '.boot/found-1/linbofs64'))
  })

  it('is a set that was not built here, after a rollback to it', async () => {
    await addSet('found-1', initramfs('found'))
    await makeCurrent('found-1')
    expect(await choose()).toMatchObject({ kind: 'found', name: 'found-1' })
  })
})
