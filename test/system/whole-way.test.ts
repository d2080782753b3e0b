import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSchool, type School } from '../support/school.ts'
import { modes, type Suite, startSuite } from '../support/suite.ts'

interface HostJson {
  status: string
  boot: { state: string } | null
}
interface BootJson {
  state: string
  firmware: string | null
  steps: { step: string; ok: boolean }[]
}
interface TransferJson {
  file: string
  bytes: number
  sizeBytes: number
  result: string
}

describe.each(modes)('a machine goes the whole way, %s', (mode) => {
  let suite: Suite
  let school: School
  const network = mode === 'one process' ? 81 : 82
  const dhcp = {
    LINBO_DHCP: 'full',
    LINBO_DHCP_INTERFACE: 'lo',
    LINBO_DHCP_SUBNETS: `127.${network}.0.0/16 pool=127.${network}.9.1-127.${network}.9.99`,
  }
  beforeAll(async () => {
    suite = await startSuite(mode, dhcp)
    school = await openSchool(suite, { count: 3, network, dhcp: true, pace: 0.3 })
  }, 90_000)
  afterAll(async () => {
    await school?.close()
    await suite?.stop()
  })

  it('from power-on through DHCP, TFTP and rsync into LINBO', async () => {
    const { arrived, failures } = await school.fleet.boot(3)
    expect(failures).toEqual([])
    expect(arrived).toBe(3)
    await suite.event(
      (event) =>
        event.type === 'host.status' && event.host === 'sim001' && event.status === 'linbo',
    )
    const host = await suite.api<HostJson>('GET', '/hosts/sim001')
    expect(host.status).toBe('linbo')
    await expect
      .poll(async () => {
        const { items } = await suite.api<{ items: BootJson[] }>('GET', '/boots?host=sim001')
        return items[0]?.steps.map((step) => step.step)
      })
      .toEqual(
        expect.arrayContaining([
          'firmware-offer',
          'firmware-ack',
          'grub-config',
          'linbo-ack',
          'start-conf',
          'log',
          'ready',
        ]),
      )
    const { items } = await suite.api<{ items: BootJson[] }>('GET', '/boots?host=sim001')
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ state: 'linbo', firmware: 'uefi-x64' })
  })

  it('and gets an image by linbo-remote, every step and byte seen as events', async () => {
    const commands = 'partition,format,initcache,sync:1,start:1'
    const done = await suite.cli('linbo-remote', '-i', 'sim001', '-c', commands)
    expect(done.err).toBe('')
    expect(done.out).toMatch(/sim001 \.\.\. .*done/)
    expect(done.code).toBe(0)
    const image = 'images/tiny/tiny.qcow2'
    const started = await suite.event(
      (event) => event.type === 'transfer.started' && event.file === image,
    )
    const transfer = (started as { transfer: string }).transfer
    const finished = await suite.event(
      (event) => event.type === 'transfer.finished' && event.transfer === transfer,
    )
    expect(started).toMatchObject({
      host: 'sim001',
      via: 'rsync',
      direction: 'down',
      sizeBytes: 2_000_000,
    })
    expect(finished).toMatchObject({ result: 'ok', bytes: 2_000_000 })
    const steps = suite.events.filter((event) => event.type === 'operation.step')
    expect(steps.map((step) => step.phase)).toEqual(
      expect.arrayContaining(['connecting', 'running', 'done']),
    )
    expect(Math.max(...steps.map((step) => step.percent ?? 0))).toBe(100)
    const output = suite.events
      .filter((event) => event.type === 'operation.output')
      .map((event) => event.text)
    expect(output.join('')).toContain('Full restore from tiny.qcow2 finished.')
    await suite.event(
      (event) => event.type === 'host.status' && event.host === 'sim001' && event.status === 'os',
    )
    await expect
      .poll(async () => {
        const { items } = await suite.api<{ items: TransferJson[] }>(
          'GET',
          '/transfers?host=sim001',
        )
        return items.find((one) => one.file === image)
      })
      .toMatchObject({ result: 'ok', bytes: 2_000_000 })
  })

  it('brings its logs home', async () => {
    const log = join(suite.dataDir, 'logs', 'sim002_linbo.log')
    await expect.poll(() => readFile(log, 'utf8').catch(() => '')).toContain('init begin')
  })

  it('uploads an image that goes live with the old one kept', async () => {
    const done = await suite.cli(
      'linbo-remote',
      '-i',
      'sim002',
      '-c',
      'initcache,create_image:1,upload_image:1',
    )
    expect(done.err).toBe('')
    expect(done.code).toBe(0)
    await suite.event((event) => event.type === 'image.published' && event.image === 'tiny.qcow2')
    const published = await readFile(join(suite.linboDir, 'images/tiny/tiny.qcow2'))
    expect(published.length).toBe(1024 * 1024)
  })

  it('runs the commands of its next boot once', async () => {
    const planned = await suite.cli('linbo-remote', '-i', 'sim003', '-p', 'initcache,sync:1')
    expect(planned.code).toBe(0)
    const first = await suite.cli('linbo-remote', '-i', 'sim003', '-c', 'reboot')
    expect(first.code).toBe(0)
    const onboot = (event: { type: string }) =>
      event.type === 'boot.step' && (event as { step?: string }).step === 'onboot'
    await suite.event(
      (event) => onboot(event) && (event as { host: string | null }).host === 'sim003',
    )
    await expect.poll(() => school.fleet.clients[2]?.state, { timeout: 30_000 }).toBe('linbo')
    const before = suite.events.filter(onboot).length
    await suite.cli('linbo-remote', '-i', 'sim003', '-c', 'reboot')
    await suite.event(
      (event) =>
        event.type === 'host.status' && event.host === 'sim003' && event.status === 'booting',
    )
    await expect.poll(() => school.fleet.clients[2]?.state, { timeout: 30_000 }).toBe('linbo')
    expect(suite.events.filter(onboot)).toHaveLength(before)
  }, 90_000)

  it('says honestly when a machine is off', async () => {
    await school.fleet.clients[2]?.powerOff()
    const done = await suite.cli('linbo-remote', '-i', 'sim003', '-c', 'sync:1')
    expect(done.code).toBe(1)
    expect(done.out).toContain('Not online, host skipped.')
  })
})
