import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { managedMarker } from './grub-config.ts'
import { handWrittenConfigs, hostGrubConfig, readGrubConfig } from './grub-files.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'linbo-grub-files-'))
  await mkdir(join(root, 'boot/grub/hostcfg'), { recursive: true })
})
afterEach(() => rm(root, { recursive: true, force: true }))

const put = (name: string, text = managedMarker) =>
  writeFile(join(root, 'boot/grub', `${name}.cfg`), text)
const link = (name: string, target: string) =>
  symlink(target, join(root, 'boot/grub', `${name}.cfg`))
const pc01 = { hostname: 'pc01', group: 'lab', pxe: 1, mac: '52:54:00:00:00:01' }

describe('readGrubConfig', () => {
  it('tells ours from hand-written ones, and follows links', async () => {
    await put('lab')
    await put('own', '# mine\n')
    await link('hostcfg/pc01', '../own.cfg')
    expect(await readGrubConfig(root, 'boot/grub/lab.cfg')).toMatchObject({
      ...{ kind: 'managed', isHandWritten: false, text: managedMarker },
    })
    expect(await readGrubConfig(root, 'boot/grub/own.cfg')).toMatchObject({
      ...{ kind: 'own', isHandWritten: true },
    })
    expect(await readGrubConfig(root, 'boot/grub/hostcfg/pc01.cfg')).toEqual({
      file: 'boot/grub/hostcfg/pc01.cfg',
      kind: 'link',
      target: 'boot/grub/own.cfg',
      text: '# mine\n',
      isHandWritten: true,
    })
  })

  it('takes what is no file, too big or outside for missing', async () => {
    await mkdir(join(root, 'boot/grub/folder.cfg'))
    await put('big', '#'.repeat(1024 * 1024 + 1))
    await link('outside', '/etc/hostname')
    await link('nowhere', 'gone.cfg')
    for (const name of ['folder', 'big', 'outside', 'nowhere', 'absent']) {
      expect((await readGrubConfig(root, `boot/grub/${name}.cfg`)).text, name).toBeNull()
    }
  })
})

describe('hostGrubConfig', () => {
  it('says which configuration a machine gets', async () => {
    await put('grub')
    expect(await hostGrubConfig(root, pc01)).toMatchObject({ reason: 'none' })
    await link('hostcfg/52:54:00:00:00:01', '../lab.cfg')
    await put('lab')
    expect(await hostGrubConfig(root, { ...pc01, pxe: 0 })).toMatchObject({ reason: 'mac' })
    expect(await hostGrubConfig(root, pc01)).toMatchObject({ reason: 'group' })
    await put('hostcfg/pc01', '# mine\n')
    expect(await hostGrubConfig(root, pc01)).toEqual({
      reason: 'host-file',
      file: 'boot/grub/hostcfg/pc01.cfg',
      isHandWritten: true,
    })
  })
})

describe('handWrittenConfigs', () => {
  it('lists what an administrator wrote, and nothing of ours', async () => {
    await put('grub')
    await put('lab', '# mine\n')
    await put('hostcfg/pc01', '# mine\n')
    await link('hostcfg/pc02', '../lab.cfg')
    await writeFile(join(root, 'boot/grub/hostcfg/pc03.img'), 'an image')
    expect(await handWrittenConfigs(root)).toEqual([
      'boot/grub/hostcfg/pc01.cfg',
      'boot/grub/lab.cfg',
    ])
    expect(await handWrittenConfigs(join(root, 'nowhere'))).toEqual([])
  })
})
