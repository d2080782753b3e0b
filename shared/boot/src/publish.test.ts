import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { managedMarker } from './grub-config.ts'
import { publishBootConfigs } from './publish.ts'
import type { BootHost } from './publish-hosts.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'linbo-publish-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const startConf = (group: string, options = 'quiet') => `[LINBO]
Group = ${group}
Cache = /dev/sda2
KernelOptions = ${options}
[Partition]
Dev = /dev/sda2
Label = cache
[OS]
Name = Debian
BaseImage = debian.qcow2
Root = /dev/sda1
Kernel =
Initrd =
Append =
StartEnabled = yes
SyncEnabled = yes
NewEnabled = yes
`
const put = (file: string, text: string) => writeFile(join(root, file), text)
const read = (file: string) => readFile(join(root, file), 'utf8')
const publish = (...hosts: BootHost[]) => publishBootConfigs({ root, hosts })
const pc = (name: string, group = 'lab', pxe = 1): BootHost => ({ hostname: name, group, pxe })

describe('publishBootConfigs', () => {
  it('writes the first, the group and the host configuration', async () => {
    await put('start.conf.lab', startConf('lab'))
    const { written, problems } = await publish(pc('pc01'), {
      ...pc('pc02'),
      mac: '5254.0000.0002',
    })
    expect(problems).toEqual([])
    expect(written.sort()).toEqual([
      'boot/grub/grub.cfg',
      'boot/grub/hostcfg/52:54:00:00:00:02.cfg',
      'boot/grub/hostcfg/pc01.cfg',
      'boot/grub/hostcfg/pc02.cfg',
      'boot/grub/lab.cfg',
      'start.conf-52:54:00:00:00:02',
    ])
    expect(await readlink(join(root, 'boot/grub/hostcfg/pc01.cfg'))).toBe('../lab.cfg')
    expect(await read('boot/grub/hostcfg/pc01.cfg')).toContain(managedMarker)
  })

  it('does nothing the second time', async () => {
    await put('start.conf.lab', startConf('lab'))
    await publish(pc('pc01'))
    const before = await stat(join(root, 'boot/grub/lab.cfg'), { bigint: true })
    const link = await lstat(join(root, 'boot/grub/hostcfg/pc01.cfg'), { bigint: true })
    expect(await publish(pc('pc01'))).toEqual({
      ...{ written: [], removed: [], kept: [], problems: [] },
    })
    const after = await stat(join(root, 'boot/grub/lab.cfg'), { bigint: true })
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs])
    expect((await lstat(join(root, 'boot/grub/hostcfg/pc01.cfg'), { bigint: true })).ino).toBe(
      link.ino,
    )
  })

  it('writes a group anew when its start.conf changed', async () => {
    await put('start.conf.lab', startConf('lab'))
    await publish()
    await put('start.conf.lab', startConf('lab', 'quiet nogui'))
    expect((await publish()).written).toEqual(['boot/grub/lab.cfg'])
    expect(await read('boot/grub/lab.cfg')).toContain('quiet nogui')
  })

  it('moves the link of a host that changed its group and removes that of one that is gone', async () => {
    await put('start.conf.lab', startConf('lab'))
    await put('start.conf.kiosk', startConf('kiosk'))
    await publish(pc('pc01'), pc('pc02'), pc('pc03'))
    const { written, removed } = await publish(pc('pc01', 'kiosk'), pc('pc02', 'lab', 0))
    expect(written).toEqual(['boot/grub/hostcfg/pc01.cfg'])
    expect(removed.sort()).toEqual(['boot/grub/hostcfg/pc02.cfg', 'boot/grub/hostcfg/pc03.cfg'])
    expect(await readlink(join(root, 'boot/grub/hostcfg/pc01.cfg'))).toBe('../kiosk.cfg')
    expect(await readdir(join(root, 'boot/grub/hostcfg'))).toEqual(['pc01.cfg'])
  })

  it('lists the hosts for machines that ask the server who they are', async () => {
    const hosts = [
      { hostname: 'pc02', group: 'lab', pxe: 0, mac: '52:54:00:00:00:02' },
      { hostname: 'pc01', group: 'lab', pxe: 1, mac: '52:54:00:00:00:01' },
      { hostname: 'x y', group: 'lab', pxe: 1, mac: '52:54:00:00:00:03' },
    ]
    const options = { root, hosts, listsHosts: true }
    await publishBootConfigs(options)
    expect(await read('boot/hosts')).toBe('52:54:00:00:00:01 pc01 lab\n52:54:00:00:00:02 pc02\n')
    expect((await publishBootConfigs(options)).written).toEqual([])
    expect((await publish(...hosts)).removed).toEqual(['boot/hosts'])
    await mkdir(join(root, '.boot/current'), { recursive: true })
    await put('.boot/current/set.json', '{"server":"10.0.0.1"}')
    expect((await publish(...hosts)).written).toEqual(['boot/hosts'])
  })

  it("never touches an administrator's files and links", async () => {
    await put('start.conf.lab', startConf('lab'))
    await mkdir(join(root, 'boot/grub/hostcfg'), { recursive: true })
    const own = ['boot/grub/grub.cfg', 'boot/grub/lab.cfg', 'boot/grub/hostcfg/pc01.cfg']
    for (const file of own) await put(file, '# mine\n')
    await put('boot/grub/old.cfg', '# of a group that is gone\n')
    await symlink('/etc/own.cfg', join(root, 'boot/grub/hostcfg/pc02.cfg'))
    const { written, removed } = await publish(pc('pc01'), pc('pc02'))
    expect({ written, removed }).toEqual({ written: [], removed: [] })
    for (const file of own) expect(await read(file)).toBe('# mine\n')
    expect(await readlink(join(root, 'boot/grub/hostcfg/pc02.cfg'))).toBe('/etc/own.cfg')
  })

  it('keeps the last good configuration of a broken start.conf and says which line is wrong', async () => {
    await put('start.conf.lab', startConf('lab'))
    await publish()
    const good = await read('boot/grub/lab.cfg')
    await put('start.conf.lab', startConf('lab', 'quiet $(reboot)'))
    const { written, problems } = await publish()
    expect(written).toEqual([])
    expect(problems).toMatchObject([{ file: 'start.conf.lab', line: 4, fix: expect.any(String) }])
    expect(await read('boot/grub/lab.cfg')).toBe(good)
  })

  it('goes on with the others when one start.conf cannot be read', async () => {
    await mkdir(join(root, 'start.conf.folder'))
    await put('start.conf.lab', startConf('lab'))
    await put('start.conf.big', '#'.repeat(1024 * 1024 + 1))
    const { written, problems } = await publish()
    expect(written).toContain('boot/grub/lab.cfg')
    expect(problems.map((problem) => problem.file)).toEqual(['start.conf.big', 'start.conf.folder'])
  })

  it('reports hosts whose group has no start.conf, once', async () => {
    const { problems } = await publish(pc('pc01', 'ghost'), pc('pc02', 'ghost'))
    expect(problems.map((problem) => problem.file)).toEqual(['start.conf.ghost'])
  })

  it('makes no file for a name that would climb', async () => {
    await put('start.conf.lab', startConf('lab'))
    const { written, problems } = await publish(pc('../../evil'), pc('pc01', '../../etc/passwd'))
    expect(written).toEqual(['boot/grub/grub.cfg', 'boot/grub/lab.cfg'])
    expect(problems).toHaveLength(2)
  })

  it('removes its configuration of a group that has neither start.conf nor hosts', async () => {
    await put('start.conf.lab', startConf('lab'))
    await publish(pc('pc01'))
    await rm(join(root, 'start.conf.lab'))
    expect((await publish(pc('pc01'))).removed).toEqual([])
    expect((await publish()).removed.sort()).toEqual([
      'boot/grub/hostcfg/pc01.cfg',
      'boot/grub/lab.cfg',
    ])
  })

  it('publishes 2,000 hosts, and nothing the second time', async () => {
    await put('start.conf.lab', startConf('lab'))
    const hosts = Array.from({ length: 2000 }, (_, n) => pc(`pc${n}`))
    const { written } = await publish(...hosts)
    expect(written).toHaveLength(2002)
    expect((await publish(...hosts)).written).toEqual([])
  })
})
