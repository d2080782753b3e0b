import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  copyGroupFiles,
  dropGroupFiles,
  hasOwnGrubConfig,
  retireGroupFiles,
} from './group-files.ts'
import { managedMarker } from './grub-config.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'linbo-files-'))
  await mkdir(join(root, 'boot/grub'), { recursive: true })
  await put('start.conf.old', 'a start.conf\n')
})
afterEach(() => rm(root, { recursive: true }))

const put = (file: string, text: string) => writeFile(join(root, file), text)
const read = (file: string) => readFile(join(root, file), 'utf8')
const linkOf = (file: string) => readlink(join(root, file)).catch(() => undefined)
const isThere = (file: string) => lstat(join(root, file)).then(Boolean, () => false)
const all = ['boot/grub/new.cfg', 'start.conf.new.vdi']

describe('the files of a group', () => {
  it('are copied with their mode, and the copies can be dropped', async () => {
    expect(await copyGroupFiles(root, 'old', 'new')).toEqual([])
    await put('boot/grub/old.cfg', '# mine\n')
    await put('start.conf.old.vdi', '{}')
    await chmod(join(root, 'start.conf.old.vdi'), 0o640)
    expect(await copyGroupFiles(root, 'old', 'new')).toEqual(all)
    expect((await stat(join(root, 'start.conf.new.vdi'))).mode & 0o777).toBe(0o640)
    expect(await copyGroupFiles(root, 'old', 'new')).toEqual([])
    await dropGroupFiles(root, all)
    expect(await isThere('start.conf.new.vdi')).toBe(false)
    expect(await read('boot/grub/old.cfg')).toBe('# mine\n')
  })

  it('become links, as far as they are the same under the new name', async () => {
    await put('boot/grub/old.cfg', '# mine\n')
    await put('start.conf.old.vdi', '{}')
    await copyGroupFiles(root, 'old', 'new')
    await put('start.conf.new', 'a start.conf\n')
    await put('start.conf.new.vdi', '{"edited":"meanwhile"}')
    await retireGroupFiles(root, 'old', 'new')
    expect(await linkOf('start.conf.old')).toBe('./start.conf.new')
    expect(await linkOf('boot/grub/old.cfg')).toBe('./new.cfg')
    expect(await read('start.conf.old.vdi')).toBe('{}')
    await put('start.conf.new.vdi', '{}')
    await retireGroupFiles(root, 'old', 'new')
    expect(await isThere('start.conf.old.vdi')).toBe(false)
  })

  it('only go for a group that has no start.conf', async () => {
    await put('start.conf.old.vdi', '{}')
    await copyGroupFiles(root, 'old', 'new')
    await retireGroupFiles(root, 'old', 'new')
    expect(await linkOf('start.conf.old')).toBeUndefined()
    expect(await read('start.conf.old')).toBe('a start.conf\n')
    expect(await isThere('start.conf.old.vdi')).toBe(false)
  })

  it("tell whether the GRUB configuration is an administrator's own", async () => {
    expect(await hasOwnGrubConfig(root, 'old')).toBe(false)
    await put('boot/grub/old.cfg', managedMarker)
    expect(await hasOwnGrubConfig(root, 'old')).toBe(false)
    await put('boot/grub/old.cfg', '# mine\n')
    expect(await hasOwnGrubConfig(root, 'old')).toBe(true)
  })
})
