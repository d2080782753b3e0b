import { mkdirSync } from 'node:fs'
import {
  lstat,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Published } from './publish.ts'
import { type BootHost, publishHosts } from './publish-hosts.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'linbo-hosts-'))
  mkdirSync(join(root, 'boot/grub/hostcfg'), { recursive: true })
})
afterEach(() => rm(root, { recursive: true, force: true }))

const publish = async (...hosts: BootHost[]): Promise<Published> => {
  const published: Published = { written: [], removed: [], kept: [], problems: [] }
  await publishHosts(root, hosts, new Set(['lab', 'kiosk']), published)
  return published
}
const pc1: BootHost = {
  hostname: 'pc1',
  group: 'lab',
  pxe: 1,
  mac: '52:54:00:00:00:01',
  ip: '10.0.0.1',
}
const pc2: BootHost = { hostname: 'pc2', group: 'lab', pxe: 2, mac: '52:54:00:00:00:02', ip: null }
const links = async () => {
  const names = (await readdir(root)).filter((name) => name.startsWith('start.conf-')).sort()
  return Promise.all(names.map(async (name) => [name, await readlink(join(root, name))]))
}

describe('links for clients before LINBO 4', () => {
  it('are named after the fixed address, else after the MAC', async () => {
    const { written } = await publish(pc1, pc2)
    expect(await links()).toEqual([
      ['start.conf-10.0.0.1', 'start.conf.lab'],
      ['start.conf-52:54:00:00:00:02', 'start.conf.lab'],
    ])
    expect(written).toContain('start.conf-10.0.0.1')
    expect(await publish(pc1, pc2)).toEqual({ written: [], removed: [], kept: [], problems: [] })
  })

  it.each([
    [0, []],
    [1, ['start.conf-10.0.0.1']],
    [2, ['start.conf-10.0.0.1']],
    [3, ['start.conf-10.0.0.1']],
  ])('with PXE flag %i there are %j', async (pxe, names) => {
    await publish({ ...pc1, pxe })
    expect((await links()).map(([name]) => name)).toEqual(names)
    expect(await readdir(join(root, 'boot/grub/hostcfg'))).toHaveLength(names.length * 2)
  })

  it('follow group and address, and go with their host', async () => {
    await publish(pc1, pc2)
    const { written, removed } = await publish({ ...pc1, ip: '10.0.0.9', group: 'kiosk' })
    expect(await links()).toEqual([['start.conf-10.0.0.9', 'start.conf.kiosk']])
    expect(written).toContain('start.conf-10.0.0.9')
    expect(removed).toContain('start.conf-52:54:00:00:00:02')
  })

  it("take over upstream's links, and leave an administrator's files and links alone", async () => {
    await symlink('start.conf.lab', join(root, 'start.conf-10.9.9.9'))
    await symlink('/etc/own', join(root, 'start.conf-10.0.0.1'))
    await symlink('/etc/own', join(root, 'start.conf-10.8.8.8'))
    await writeFile(join(root, 'start.conf-52:54:00:00:00:02'), 'mine')
    await writeFile(join(root, 'boot/grub/hostcfg/pc1.cfg'), 'mine')
    await writeFile(join(root, 'boot/grub/hostcfg/pc9.cfg'), 'mine')
    const { removed, kept } = await publish(pc1, pc2)
    expect(removed).toEqual(['start.conf-10.9.9.9'])
    expect(kept.sort()).toEqual([
      'boot/grub/hostcfg/pc1.cfg',
      'start.conf-10.0.0.1',
      'start.conf-52:54:00:00:00:02',
    ])
    expect(await readlink(join(root, 'start.conf-10.0.0.1'))).toBe('/etc/own')
    expect(await readFile(join(root, 'start.conf-52:54:00:00:00:02'), 'utf8')).toBe('mine')
    expect((await lstat(join(root, 'boot/grub/hostcfg/pc1.cfg'))).isFile()).toBe(true)
    expect((await publish(pc1)).kept).toHaveLength(2)
  })

  it('never bear a name that is no address', async () => {
    await publish({ ...pc1, mac: '../../x', ip: '../../etc' })
    expect(await links()).toEqual([])
  })
})

it('publishes 2,000 hosts', async () => {
  const hosts = Array.from({ length: 2000 }, (_, n): BootHost => {
    const mac = `52:54:00:00:${(n >> 8).toString(16).padStart(2, '0')}:${(n & 255).toString(16).padStart(2, '0')}`
    return { hostname: `pc${n}`, group: 'lab', pxe: 1, mac, ip: `10.1.${n >> 8}.${n % 250}` }
  })
  const times = [performance.now()]
  const lap = async (...list: BootHost[]) => {
    const published = await publish(...list)
    times.push(performance.now())
    return published
  }
  const names = new Set(hosts.map((host) => host.ip)).size + 4000
  expect((await lap(...hosts)).written).toHaveLength(names)
  expect((await lap(...hosts)).written).toEqual([])
  const moved = hosts.map((host) => ({ ...host, group: 'kiosk' }))
  expect((await lap(...moved)).written).toHaveLength(names)
  expect((await lap()).removed).toHaveLength(names)
  const [made, same, changed, gone] = times.slice(1).map((at, n) => Math.round(at - times[n]!))
  console.info(
    `links of 2,000 hosts: made ${made}, same ${same}, changed ${changed}, gone ${gone} ms`,
  )
})
