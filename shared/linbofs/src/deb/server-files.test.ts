import { createHash } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { linboPackage } from '@linbo/test/linbo-package'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { importPackage } from './import.ts'
import { receivePackage } from './receive.ts'
import { placedVersion, placeServerFiles } from './server-files.ts'
import { findPackage } from './store.ts'

const gui = 'linuxmuster-linbo-gui7'
let root: string
let store: string
beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'linbo-server-files-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  root = join(folder, 'srv')
  store = join(folder, 'boot-packages')
  for (const version of ['7.3.2', '7.3.3']) {
    const serverfs = {
      'linbo_gui64_7.tar.lz.md5': `sum ${version}\n`,
      'icons/one.svg': 'always the same',
      'icons/two.svg': version,
    }
    const source = async function* () {
      yield linboPackage({ name: gui, version, serverfs, md5sums: null })
    }
    await importPackage({
      received: await receivePackage({ store, source: source(), maxBytes: 1e6 }),
      ...{ store, keyring: '', by: 'admin', now: new Date(0) },
    })
  }
})

const place = async (version: string, replace = false) =>
  placeServerFiles({ root, store, package: await findPackage(store, `${gui}_${version}`), replace })
const read = (path: string) => readFileSync(join(root, path), 'utf8')

it('puts the files of a package into LINBO_DIR, and those of another version in their place', async () => {
  expect(await place('7.3.2')).toEqual({
    written: ['icons/one.svg', 'icons/two.svg', 'linbo_gui64_7.tar.lz', 'linbo_gui64_7.tar.lz.md5'],
    kept: [],
  })
  expect(await placedVersion(store, gui)).toBe('7.3.2')
  expect(statSync(join(root, 'icons/one.svg')).mode & 0o777).toBe(0o644)
  expect(await place('7.3.3')).toEqual({
    written: ['icons/two.svg', 'linbo_gui64_7.tar.lz', 'linbo_gui64_7.tar.lz.md5'],
    kept: [],
  })
  expect(read('linbo_gui64_7.tar.lz')).toBe('gui 7.3.3')
  expect(await placedVersion(store, gui)).toBe('7.3.3')
  await place('7.3.2')
  expect([read('icons/two.svg'), read('linbo_gui64_7.tar.lz.md5')]).toEqual([
    '7.3.2',
    'sum 7.3.2\n',
  ])
})

it('keeps what an administrator changed, with its checksum, and says so', async () => {
  await place('7.3.2')
  writeFileSync(join(root, 'icons/two.svg'), 'my own')
  writeFileSync(join(root, 'linbo_gui64_7.tar.lz'), 'my own gui')
  writeFileSync(join(root, 'linbo_gui64_7.tar.lz.md5'), 'my own sum')
  expect(await place('7.3.3')).toEqual({
    written: [],
    kept: ['icons/two.svg', 'linbo_gui64_7.tar.lz', 'linbo_gui64_7.tar.lz.md5'],
  })
  expect(read('icons/two.svg')).toBe('my own')
  expect(read('linbo_gui64_7.tar.lz.md5')).toBe('my own sum')
  expect((await place('7.3.3', true)).kept).toEqual([])
  expect(read('icons/two.svg')).toBe('7.3.3')
})

it('takes files that another installation put there for ours when they are of an imported version', async () => {
  mkdirSync(join(root, 'icons'), { recursive: true })
  writeFileSync(join(root, 'icons/two.svg'), '7.3.2')
  expect((await place('7.3.3')).kept).toEqual([])
  expect(read('icons/two.svg')).toBe('7.3.3')
})

it('puts a package’s picture in the place of our own', async () => {
  mkdirSync(join(root, 'icons'), { recursive: true })
  writeFileSync(join(root, 'icons/one.svg'), 'our own')
  writeFileSync(join(root, 'icons/two.svg'), 'our own, changed')
  const own = Object.fromEntries(
    ['icons/one.svg', 'icons/two.svg'].map((path) => [
      path,
      createHash('sha256').update('our own').digest('hex'),
    ]),
  )
  const found = await findPackage(store, `${gui}_7.3.3`)
  const { kept } = await placeServerFiles({ root, store, package: found, own })
  expect(kept).toEqual(['icons/two.svg'])
  expect(read('icons/one.svg')).toBe('always the same')
})

it('never writes through a link', async () => {
  mkdirSync(join(root, 'icons'), { recursive: true })
  symlinkSync('/etc/hostname', join(root, 'icons/two.svg'))
  expect((await place('7.3.3', true)).kept).toEqual(['icons/two.svg'])
})

it('goes on without its record, and then overwrites nothing it does not know', async () => {
  await place('7.3.2')
  writeFileSync(join(store, 'placed.json'), 'not json')
  writeFileSync(join(root, 'icons/one.svg'), 'changed')
  expect((await place('7.3.3')).kept).toEqual(['icons/one.svg'])
})

it('says what to do when LINBO_DIR cannot be written', async () => {
  mkdirSync(root)
  writeFileSync(join(root, 'icons'), 'a file where a folder belongs')
  await expect(place('7.3.3')).rejects.toMatchObject({ code: 'PACKAGE_PLACE' })
})
