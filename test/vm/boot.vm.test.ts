import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { BusEvent } from '@linbo/bus'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { capture } from './lab/capture.ts'
import { type Dashboard, openDashboard } from './lab/dashboard.ts'
import { createLab, imageName, type Lab } from './lab/lab.ts'
import type { Firmware, Machine } from './lab/machine.ts'
import { startConf } from './lab/start-conf.ts'

interface Pc {
  hostname: string
  firmware: Firmware
  mac: string
  group: string
  lastByte: number
}

const pcs: Pc[] = [
  { hostname: 'vm-uefi', firmware: 'uefi', mac: '52:54:00:77:00:01', group: 'efi', lastByte: 51 },
  { hostname: 'vm-bios', firmware: 'bios', mac: '52:54:00:77:00:02', group: 'pc', lastByte: 52 },
]
const names = ['partition', 'format', 'initcache', 'sync:1', 'start:1']
const output = resolve(import.meta.dirname, '../.output')

let lab: Lab
let dashboard: Dashboard
const machines = new Map<string, Machine>()

beforeAll(async () => {
  await mkdir(output, { recursive: true })
  lab = await createLab(output)
  for (const { group } of pcs) {
    await lab.api.putText(`/groups/${group}/start-conf`, startConf(group, imageName))
  }
  for (const { hostname, mac, group, lastByte } of pcs) {
    const ip = `${lab.network.prefix}.${lastByte}`
    await lab.api.post('/hosts', { hostname, mac, ip, group, room: 'lab' })
  }
})

afterAll(async () => {
  if (!lab) return
  await writeFile(join(output, 'vm-events.json'), JSON.stringify(lab.events.all, null, 1))
  for (const [name, machine] of machines) {
    await writeFile(join(output, `${name}.serial.log`), machine.serial.text())
  }
  await dashboard?.[Symbol.asyncDispose]()
  await lab[Symbol.asyncDispose]()
})

/** Events about one machine, by any of its names. */
function about(pc: Pc) {
  const ip = `${lab.network.prefix}.${pc.lastByte}`
  return (event: { host?: string | null; mac?: string | null; ip?: string | null }) =>
    event.host === pc.hostname || event.mac === pc.mac || event.ip === ip
}

describe('machines with UEFI and BIOS boot from the suite', () => {
  it('brings both into LINBO, and the API knows within seconds', async () => {
    await Promise.all(
      pcs.map(async (pc) => {
        const { hostname: name, firmware, mac } = pc
        const machine = await lab.powerOn({ name, firmware, mac })
        machines.set(name, machine)
        const ready = await machine.serial.waitFor(/^READY (\S+) (\S+) group (\S+)/m, 300_000)
        expect(ready.slice(1)).toEqual([name, `${lab.network.prefix}.${pc.lastByte}`, pc.group])
        await lab.events.waitFor(
          'host.status',
          (event) => event.host === name && event.status === 'linbo',
          5000,
        )
        const host = await lab.api.get<{ status: string }>(`/hosts/${name}`)
        expect(host.status).toBe('linbo')
      }),
    )
  })

  it.each(pcs)('shows every step of the boot of $hostname', async (pc) => {
    const steps = lab.events.of('boot.step').filter(about(pc))
    const firmwareSteps = ['firmware-offer', 'firmware-ack', 'boot-file', 'grub-config']
    const linboSteps = ['kernel', 'initramfs', 'linbo-offer', 'linbo-ack', 'start-conf', 'log']
    const order = [...firmwareSteps, ...linboSteps].map((name) => ({
      name,
      at: steps.findIndex(({ step, ok }) => step === name && ok),
    }))
    expect(order.filter(({ at }) => at < 0)).toEqual([])
    expect(order.toSorted((a, b) => a.at - b.at)).toEqual(order)
    const core = pc.firmware === 'uefi' ? 'x86_64-efi/core.efi' : 'i386-pc/core.0'
    expect(steps.find(({ step }) => step === 'boot-file')?.detail).toContain(core)
    const boots = await lab.api.get<{ items: { state: string; steps: unknown[] }[] }>(
      `/boots?host=${pc.hostname}`,
    )
    expect(boots.items).toHaveLength(1)
    expect(boots.items[0]?.state).toBe('linbo')
  })

  it.each(pcs)('counted every byte of the kernel and initramfs of $hostname', async (pc) => {
    for (const file of ['linbo64', 'linbofs64']) expectWhole(pc, file, 'http')
  })
})

describe('linbo-remote puts an image on both', () => {
  let result: Promise<{ code: number; text: string }>

  it('runs the commands, and the operating system comes up with the name of its host', async () => {
    dashboard = await openDashboard(lab.suite.url, lab.suite.token)
    result = lab.suite.run(
      'linbo-remote',
      ...['-i', pcs.map(({ hostname }) => hostname).join(','), '-c', names.join(',')],
    )
    await lab.events.waitFor(
      'transfer.progress',
      ({ bytes, sizeBytes }) => (sizeBytes ?? 0) > 30_000_000 && bytes > 5_000_000,
      240_000,
    )
    await dashboard.page.screenshot({ path: join(output, 'dashboard-during-initcache.png') })
    await lab.events.waitFor(
      'operation.step',
      ({ command, percent }) => command === names.indexOf('sync:1') && (percent ?? 0) > 20,
      240_000,
    )
    await dashboard.page.screenshot({ path: join(output, 'dashboard-during-sync.png') })
    for (const { hostname } of pcs) {
      const booted = await machines.get(hostname)?.serial.waitFor(/TINYOS-BOOTED (\S+)/, 300_000)
      expect(booted?.[1]).toBe(hostname)
    }
    const { code, text } = await result
    await writeFile(join(output, 'linbo-remote.txt'), text)
    expect(code, text).toBe(0)
    expect(dashboard.errors).toEqual([])
  })

  it.each(pcs)('told every command and percentage of $hostname', (pc) => {
    const steps = lab.events.of('operation.step').filter(({ host }) => host === pc.hostname)
    const started = names.map((_, index) => steps.findIndex(({ command }) => command === index))
    expect(started.filter((at) => at < 0)).toEqual([])
    expect(started.toSorted((a, b) => a - b)).toEqual(started)
    const percentages = steps
      .filter(({ command }) => command === names.indexOf('sync:1'))
      .flatMap(({ percent }) => (percent === null ? [] : [percent]))
    expect(percentages.length).toBeGreaterThan(3)
    expect(percentages.at(-1)).toBe(100)
    expect(steps.at(-1)?.phase).toBe('done')
  })

  it.each(pcs)('counted every byte of the image for $hostname, as it went', (pc) => {
    const transfer = expectWhole(pc, `images/${imageName}/${imageName}.qcow2`, 'rsync')
    const progress = lab.events
      .of('transfer.progress')
      .filter((event) => event.transfer === transfer)
      .map(({ bytes }) => bytes)
    expect(progress.length).toBeGreaterThan(1)
    expect(progress.toSorted((a, b) => a - b)).toEqual(progress)
  })

  it.each(pcs)('knows that $hostname has left LINBO for its operating system', async (pc) => {
    const host = await lab.api.get<{ status: string; os: string }>(`/hosts/${pc.hostname}`)
    expect(host).toMatchObject({ status: 'os', os: 'TinyOS' })
  })
})

describe('a machine whose UEFI knows HTTP Boot', () => {
  const pc: Pc = {
    hostname: 'vm-http',
    firmware: 'uefi-http',
    mac: '52:54:00:77:00:03',
    group: 'efi',
    lastByte: 53,
  }

  it('comes into LINBO without TFTP', async () => {
    const { hostname, firmware, mac, group, lastByte } = pc
    const ip = `${lab.network.prefix}.${lastByte}`
    await lab.api.post('/hosts', { hostname, mac, ip, group, room: 'lab' })
    await using heard = await capture(lab.network, `ether host ${mac} and udp`)
    await using machine = await lab.powerOn({ name: hostname, firmware, mac })
    machines.set(hostname, machine)
    await machine.serial.waitFor(/^READY vm-http/m, 300_000)
    await lab.events.waitFor(
      'host.status',
      (event) => event.host === hostname && event.status === 'linbo',
      5000,
    )
    const packets = await heard.lines()
    expect(packets.filter((line) => line.includes('BOOTP/DHCP')).length).toBeGreaterThan(3)
    expect(packets.filter((line) => !line.includes('BOOTP/DHCP'))).toEqual([])
    const bootFile = lab.events.of('boot.step').filter(about(pc))
    expect(bootFile.find(({ step }) => step === 'boot-file')?.detail).toContain('core-http.efi')
    for (const file of ['linbo64', 'linbofs64']) expectWhole(pc, file, 'http')
  })
})

describe('a machine with a cache', () => {
  const pc = pcs[0] as Pc
  const uploaded = `images/${imageName}/${imageName}.qcow2`

  it('boots from it, and does what was left for its next boot', async () => {
    const before = lab.events.all.length
    const { code, text } = await lab.suite.run(
      'linbo-remote',
      ...['-i', pc.hostname, '-p', 'create_image:1:"made in the lab",upload_image:1'],
    )
    expect(code, text).toBe(0)
    const machine = machines.get(pc.hostname) as Machine
    await machine.reset()
    await machine.serial.waitFor(/^READY vm-uefi/m, 300_000)
    const steps = lab.events.all
      .slice(before)
      .flatMap((event) => (event.type === 'boot.step' && about(pc)(event) ? [event.step] : []))
    expect(steps).toEqual(expect.arrayContaining(['boot-file', 'linbo-update', 'onboot', 'log']))
    expect(steps, 'LINBO comes from the cache').not.toContain('kernel')
  })

  it('has uploaded its image, and the one before is kept', async () => {
    const published = await lab.events.waitFor(
      'image.published',
      ({ image }) => image.includes(imageName),
      20_000,
    )
    expect(published.host).toBe(pc.hostname)
    const upload = lab.events
      .of('transfer.started')
      .find((event) => event.direction === 'up' && event.file === uploaded)
    const end = lab.events
      .of('transfer.finished')
      .find(({ transfer }) => transfer === upload?.transfer)
    expect(end?.result).toBe('ok')
    const folder = join(lab.suite.linboDir, 'images', imageName)
    const info = await readFile(join(folder, `${imageName}.qcow2.info`), 'utf8')
    const { size } = await stat(join(folder, `${imageName}.qcow2`))
    expect(info).toContain(`imagesize="${size}"`)
    expect(await readFile(join(folder, `${imageName}.qcow2.desc`), 'utf8')).toContain(
      'made in the lab',
    )
    const [backup] = await readdir(join(folder, 'backups'))
    expect(await readdir(join(folder, 'backups', backup ?? ''))).toContain(`${imageName}.qcow2`)
  })
})

/** Expects a complete transfer of the file to the machine and returns its id. */
function expectWhole(pc: Pc, file: string, via: string): string {
  const started = lab.events
    .of('transfer.started')
    .filter(about(pc))
    .filter((event) => event.file === file && event.via === via)
  const ended = started.map(({ transfer }) =>
    lab.events.of('transfer.finished').find((event) => event.transfer === transfer),
  )
  const at = ended.findIndex((event) => event?.result === 'ok')
  const begin = started[at] as BusEvent<'transfer.started'> | undefined
  expect(begin?.sizeBytes, `${file} to ${pc.hostname}`).toBeGreaterThan(1_000_000)
  expect(ended[at]?.bytes).toBeGreaterThanOrEqual(begin?.sizeBytes ?? 0)
  return begin?.transfer ?? ''
}
