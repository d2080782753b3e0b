import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BusEvent, createMemoryBus } from '@linbo/bus'
import { load, suite } from '@linbo/config'
import { type Database, listLeases, openDatabase, saveHost, saveLease } from '@linbo/db'
import { type Logger, silentLog } from '@linbo/log'
import { type Clock, openUdp, systemClock } from '@linbo/runtime'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDhcpService, schema } from './index.ts'
import { createOutside, type Outside } from './outside.ts'
import {
  decode,
  emptyPacket,
  encode,
  encodeRelay,
  optionsOf,
  type Packet,
  readOption,
} from './packet.ts'
import { openServer, type Server } from './server.ts'
import { openRelay, type Relay } from './testdata/relay.ts'

const registered = '52:54:00:00:00:01'
const stranger = '52:54:00:00:00:02'
const another = '52:54:00:00:00:03'
const full = {
  LINBO_DHCP: 'full',
  LINBO_DHCP_INTERFACE: 'lo',
  LINBO_DHCP_PORT: '0',
  LINBO_DHCP_PROXY_PORT: '0',
  LINBO_SERVER_IP: '127.0.0.1',
  LINBO_DHCP_SUBNETS: '127.77.0.0/24 pool=127.77.0.100-127.77.0.101 router=127.77.0.254',
}
const pxe = { vendorClass: 'PXEClient:Arch:00007:UNDI:003000', clientArch: [7] }

let database: Database
beforeAll(async () => {
  database = await openDatabase({ url: undefined, dataDir: 'memory' })
  await saveHost(database.db, {
    ...{ hostname: 'pc01', mac: registered, ip: '127.77.0.11', group: 'win11', room: 'r1' },
  })
})
afterAll(() => database.close())
beforeEach(async () => {
  await database.db.deleteFrom('leases').execute()
})

let open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.toReversed()) await close()
  open = []
})

interface Running {
  server: Server
  ports: number[]
  events: BusEvent[]
}

const configOf = (settings: Record<string, string>) =>
  load({ ...suite('/nowhere'), ...schema }, settings).values

/** The server in this thread, where time, log and database can be others. */
async function start(
  settings: Record<string, string>,
  parts: { clock?: Clock; log?: Logger; outside?: Partial<Outside> } = {},
): Promise<Running> {
  const { clock = systemClock, log = silentLog } = parts
  const bus = createMemoryBus()
  const events: BusEvent[] = []
  await bus.subscribe((event) => events.push(event))
  const outside = { ...createOutside(database.db, bus), ...parts.outside }
  const server = await openServer({
    ...{ config: configOf(settings), embedded: false, outside, log, clock },
  })
  open.push(() => server.close())
  const ports = String(server.health().facts?.ports ?? '').split(', ')
  return { server, ports: ports.map(Number), events }
}

async function createRelay(serverPort: number, address?: string): Promise<Relay> {
  const relay = await openRelay(serverPort, address)
  open.push(relay.close)
  return relay
}

const type = (packet: Packet) => readOption(packet.options, 'messageType')
const discover = { messageType: 1 }
const select = (requestedAddress: string) => ({
  ...{ messageType: 3, requestedAddress, serverIdentifier: '127.0.0.1' },
})

describe('full mode', () => {
  it('leads a registered host through both exchanges with one address and identity', async () => {
    const { ports, events } = await start(full)
    const relay = await createRelay(ports[0]!)
    for (const client of [pxe, { vendorClass: 'udhcp 1.36.1' }]) {
      const offer = await relay.ask(registered, { ...discover, ...client })
      expect([type(offer), offer.yiaddr]).toEqual([2, '127.77.0.11'])
      const ack = await relay.ask(registered, { ...select(offer.yiaddr), ...client })
      expect([type(ack), ack.yiaddr]).toEqual([5, '127.77.0.11'])
      expect(readOption(ack.options, 'hostName')).toBe('pc01')
      expect(readOption(ack.options, 'nisDomain')).toBe('win11')
      expect(readOption(ack.options, 'router')).toEqual(['127.77.0.254'])
    }
    const steps = events.flatMap((event) => (event.type === 'boot.step' ? event.step : []))
    expect(steps).toEqual([
      ...['firmware-discover', 'firmware-offer', 'firmware-ack'],
      ...['linbo-discover', 'linbo-offer', 'linbo-ack'],
    ])
    const seen = events.find((event) => event.type === 'host.seen')
    expect(seen).toMatchObject({ host: 'pc01', mac: registered, ip: '127.77.0.11', by: 'dhcp' })
    const [lease] = await listLeases(database.db)
    expect(lease).toMatchObject({ mac: registered, ip: '127.77.0.11', hostname: 'pc01' })
    expect(events.filter((event) => event.type === 'lease.changed')).toHaveLength(2)
  })

  it('answers a relay at its server port when it does not ask otherwise', async () => {
    const { ports } = await start(full)
    const arrived = Promise.withResolvers<Packet>()
    const relay = await openUdp({
      ...{ port: ports[0]!, address: '127.77.0.1', purpose: 'relay', reuseAddr: true },
      onMessage: (bytes) => arrived.resolve(decode(bytes)),
    })
    open.push(() => relay.close())
    const packet = { ...emptyPacket, chaddr: registered, giaddr: '127.77.0.1' }
    await relay.send(encode({ ...packet, options: optionsOf(discover) }), ports[0]!, '127.0.0.1')
    expect(await arrived.promise).toMatchObject({ yiaddr: '127.77.0.11', giaddr: '127.77.0.1' })
  })

  it('echoes what the relay said of itself (RFC 3046)', async () => {
    const { ports } = await start(full)
    const relay = await createRelay(ports[0]!)
    const offer = await relay.ask(registered, discover)
    const expected = encodeRelay({ sourcePort: true, circuitId: Uint8Array.of(1) })
    expect(readOption(offer.options, 'relayAgent')).toEqual(expected)
  })

  it('makes one offer to one machine, however often it asks, and another to another', async () => {
    const { ports } = await start(full)
    const relay = await createRelay(ports[0]!)
    for (const mac of [stranger, stranger, another]) await relay.say(mac, discover)
    const offers = [await relay.answer(), await relay.answer(), await relay.answer()]
    expect(offers.map((one) => one.yiaddr)).toEqual([
      ...['127.77.0.100', '127.77.0.100', '127.77.0.101'],
    ])
    expect(readOption(offers[0]!.options, 'hostName')).toBe('pxeclient')
  })

  it('gives an offer to the next machine once the first chose another server', async () => {
    const { ports } = await start(full)
    const relay = await createRelay(ports[0]!)
    const { yiaddr } = await relay.ask(stranger, discover)
    await relay.say(stranger, { ...select('127.99.0.1'), serverIdentifier: '127.99.0.2' })
    expect((await relay.ask(another, discover)).yiaddr).toBe(yiaddr)
  })

  it('makes no offer and warns once when the pool is exhausted', async () => {
    const warnings: string[] = []
    const warn = (_facts: unknown, text: string) => void warnings.push(text)
    const { ports } = await start(full, {
      log: { ...silentLog, debug() {}, warn } as unknown as Logger,
    })
    const relay = await createRelay(ports[0]!)
    await relay.ask(stranger, discover)
    await relay.ask(another, discover)
    for (const _ of [1, 2]) await relay.say('52:54:00:00:00:04', discover)
    expect((await relay.ask(registered, discover)).yiaddr).toBe('127.77.0.11')
    expect(warnings).toEqual(['machine gets no address'])
  })

  it('frees offers nobody took, and leases that ended', async () => {
    let now = Date.now()
    const clock = { now: () => now, after: systemClock.after }
    const { ports } = await start(full, { clock })
    const relay = await createRelay(ports[0]!)
    await relay.ask(stranger, select('127.77.0.100'))
    await relay.ask(another, select('127.77.0.101'))
    now += 601_000
    const offer = await relay.ask('52:54:00:00:00:04', discover)
    expect(offer.yiaddr).toBe('127.77.0.100')
    now += 61_000
    expect((await relay.ask(stranger, discover)).yiaddr).toBe('127.77.0.100')
  })

  it('leaves an address alone that a machine found in use', async () => {
    const { ports } = await start(full)
    const relay = await createRelay(ports[0]!)
    const { yiaddr } = await relay.ask(stranger, discover)
    await relay.ask(stranger, select(yiaddr))
    await relay.say(stranger, { ...select(yiaddr), messageType: 4 })
    expect((await relay.ask(stranger, discover)).yiaddr).not.toBe(yiaddr)
    const [lease] = await listLeases(database.db)
    expect(lease!.expires_at.getTime()).toBeLessThanOrEqual(Date.now())
  })

  it('ends a lease that is released, and gives the address back to its machine', async () => {
    const { ports, events } = await start(full)
    const relay = await createRelay(ports[0]!)
    await relay.ask(stranger, select('127.77.0.101'))
    const release = { messageType: 7, serverIdentifier: '127.0.0.1' }
    await relay.say(stranger, release, { ciaddr: '127.77.0.101' })
    expect((await relay.ask(stranger, discover)).yiaddr).toBe('127.77.0.101')
    const changes = events.flatMap((event) => (event.type === 'lease.changed' ? [event] : []))
    expect(changes).toHaveLength(2)
    expect(Date.parse(changes[1]!.expiresAt)).toBeLessThanOrEqual(Date.now())
  })

  it('refuses a wrong address, and a machine that got a fixed one elsewhere', async () => {
    const { ports } = await start(full)
    const relay = await createRelay(ports[0]!)
    const reboot = { messageType: 3, requestedAddress: '127.77.0.100' }
    expect(type(await relay.ask(registered, reboot))).toBe(6)
    const extend = await relay.ask(registered, { messageType: 3 }, { ciaddr: '127.77.0.77' })
    expect(type(extend)).toBe(6)
  })

  it('does not hand a fixed address out while somebody else holds a lease on it', async () => {
    let now = Date.now()
    const clock = { now: () => now, after: systemClock.after }
    const { ports } = await start(full, { clock })
    const relay = await createRelay(ports[0]!)
    await relay.ask(stranger, select('127.77.0.100'))
    now += 1000
    const host = { hostname: 'pc02', mac: another, group: 'win11', room: 'r1' }
    await saveHost(database.db, { ...host, ip: '127.77.0.100' })
    const offer = await relay.ask(another, discover)
    expect(offer.yiaddr).toBe('127.77.0.101')
    expect(readOption(offer.options, 'hostName')).toBe('pc02')
    await saveHost(database.db, { ...host, group: 'kiosk', dhcp_options: 'next-server 10.0.0.9' })
    now += 600
    const changed = await relay.ask(another, discover)
    expect(readOption(changed.options, 'nisDomain')).toBe('kiosk')
    expect(changed.siaddr).toBe('10.0.0.9')
    await database.db.deleteFrom('hosts').where('hostname', '=', 'pc02').execute()
  })

  it('says nothing to a relay whose network it does not serve', async () => {
    const { ports } = await start({ ...full, LINBO_DHCP_SUBNETS: '' })
    const relay = await createRelay(ports[0]!)
    await relay.say(registered, discover, { giaddr: '10.99.0.1' })
    expect((await relay.ask(registered, discover)).yiaddr).toBe('127.77.0.11')
  })

  it('is not disturbed by bytes that are no DHCP, nor by plain BOOTP', async () => {
    const { ports, server } = await start(full)
    const relay = await createRelay(ports[0]!)
    await relay.sendBytes(Uint8Array.of(1, 2, 3))
    await relay.sendBytes(new Uint8Array(1400).fill(0x5a))
    await relay.sendBytes(encode({ ...emptyPacket, chaddr: registered }))
    expect((await relay.ask(registered, discover)).yiaddr).toBe('127.77.0.11')
    expect(server.health()).toMatchObject({ state: 'ok', facts: { dropped: 3, answered: 1 } })
  })

  it('gives hosts their own address without the database, others theirs when it is back, and says so', async () => {
    let isAway = false
    const { ports, server } = await start(full, {
      outside: {
        saveLeases: async (leases) => {
          if (isAway) throw new Error('connection refused')
          return createOutside(database.db, createMemoryBus()).saveLeases(leases)
        },
      },
    })
    const relay = await createRelay(ports[0]!)
    isAway = true
    expect(type(await relay.ask(registered, select('127.77.0.11')))).toBe(5)
    const { yiaddr } = await relay.ask(stranger, discover)
    await relay.say(stranger, select(yiaddr))
    await expect
      .poll(() => server.health())
      .toMatchObject({
        state: 'degraded',
        detail: expect.stringContaining('connection refused'),
      })
    isAway = false
    expect(await relay.ask(stranger, select(yiaddr))).toMatchObject({ yiaddr })
    expect(server.health().state).toBe('ok')
  })

  it('gives up on a database that does not answer', async () => {
    const timers: (() => void)[] = []
    let isArmed = false
    const armed = Promise.withResolvers<void>()
    const clock: Clock = {
      now: Date.now,
      after: (_ms, action) => {
        timers.push(action)
        if (isArmed) armed.resolve()
        return () => {}
      },
    }
    const { ports, server } = await start(full, {
      clock,
      outside: { saveLeases: () => new Promise(() => {}) },
    })
    const relay = await createRelay(ports[0]!)
    const { yiaddr } = await relay.ask(stranger, discover)
    timers.length = 0
    isArmed = true
    await relay.say(stranger, select(yiaddr))
    await armed.promise
    await expect
      .poll(() => {
        for (const action of timers) action()
        return server.health().state
      })
      .toBe('degraded')
  })

  it('refuses an address that another server of the suite has given away', async () => {
    const { ports } = await start(full)
    const relay = await createRelay(ports[0]!)
    const { yiaddr } = await relay.ask(stranger, discover)
    const expires_at = new Date(Date.now() + 600_000)
    await saveLease(database.db, { mac: another, ip: yiaddr, hostname: null, expires_at })
    expect(type(await relay.ask(stranger, select(yiaddr)))).toBe(6)
    expect((await relay.ask(stranger, discover)).yiaddr).not.toBe(yiaddr)
  })

  it('never gives an address twice with two servers on one database', async () => {
    const two = await Promise.all([start(full), start(full)])
    const macs = Array.from({ length: 12 }, (_, at) => `52:54:00:00:02:${10 + at}`)
    const given = await Promise.all(
      two.flatMap(({ ports }, at) =>
        macs.slice(at * 6, at * 6 + 6).map(async (mac) => {
          const relay = await createRelay(ports[0]!)
          const wanted = `127.77.0.${100 + (Number(mac.slice(-2)) % 2)}`
          const answer = await relay.ask(mac, select(wanted))
          return type(answer) === 5 ? answer.yiaddr : undefined
        }),
      ),
    )
    const addresses = given.filter((ip) => ip !== undefined).sort()
    expect(addresses).toEqual(['127.77.0.100', '127.77.0.101'])
  })

  it('learns from the other servers of the suite what they gave', async () => {
    const { ports, server } = await start(full)
    server.heard({ mac: another, ip: '127.77.0.100', hostname: null, expiresAt: Date.now() + 1e6 })
    const relay = await createRelay(ports[0]!)
    expect((await relay.ask(stranger, discover)).yiaddr).toBe('127.77.0.101')
  })

  it('names the server that a machine chose instead, in the boot, to people and in its health', async () => {
    const warnings: object[] = []
    const warn = (facts: object) => void warnings.push(facts)
    const log = { ...silentLog, debug() {}, warn } as unknown as Logger
    const { ports, events, server } = await start(full, { log })
    const relay = await createRelay(ports[0]!)
    for (const _ of [1, 2]) {
      await relay.ask(registered, { ...discover, ...pxe })
      const chosen = { ...select('127.77.0.9'), serverIdentifier: '127.77.0.66', ...pxe }
      await relay.say(registered, chosen)
    }
    await relay.ask(registered, discover)
    const about = { cause: 'foreign-server', about: '127.77.0.66', ok: false, host: 'pc01' }
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'boot.step', step: 'firmware-ack', ...about }),
    )
    const servers = events.filter((event) => event.type === 'dhcp.server')
    expect(servers).toMatchObject([
      { ip: '127.77.0.66', expected: false, network: '127.77.0.0/24' },
    ])
    expect(warnings).toMatchObject([{ ip: '127.77.0.66' }])
    expect(server.health()).toMatchObject({
      state: 'degraded',
      facts: { otherServers: '127.77.0.66' },
    })
  })

  it('does not take another server of the suite for a stranger', async () => {
    const isAnnounced = async (ip: string) => ip === '127.77.0.66'
    const { ports, events, server } = await start(full, { outside: { isAnnounced } })
    const relay = await createRelay(ports[0]!)
    await relay.say(registered, { ...select('127.77.0.9'), serverIdentifier: '127.77.0.66' })
    await relay.ask(registered, discover)
    expect(events.find((event) => event.type === 'dhcp.server')).toMatchObject({ expected: true })
    expect(server.health().state).toBe('ok')
  })

  it('says why a boot ends here', async () => {
    const { ports, events } = await start({
      ...full,
      LINBO_DHCP_SUBNETS: '127.77.0.0/24 pool=127.77.0.100-127.77.0.100',
    })
    const relay = await createRelay(ports[0]!)
    await relay.ask(another, select('127.77.0.100'))
    await relay.say(registered, { ...discover, ...pxe }, { giaddr: '10.99.0.1' })
    await relay.say(stranger, { ...discover, ...pxe })
    await relay.ask(registered, { ...select('127.77.0.99'), ...pxe })
    await relay.ask(registered, { ...discover, ...pxe, clientArch: [11] })
    const failed = events.flatMap((event) =>
      event.type === 'boot.step' && !event.ok ? [[event.step, event.cause, event.about]] : [],
    )
    expect(failed).toEqual([
      ['firmware-discover', 'unknown-network', '10.99.0.1'],
      ['firmware-discover', 'pool-exhausted', '127.77.0.0/24'],
      ['firmware-ack', 'address-refused', '127.77.0.99'],
      ['firmware-offer', 'wrong-architecture', '11'],
    ])
  })
})

describe('proxy mode', () => {
  const proxy = { ...full, LINBO_DHCP: 'proxy' }

  it('offers PXE clients a boot file and leaves everything else to the main server', async () => {
    const { ports } = await start(proxy)
    const relay = await createRelay(ports[0]!)
    await relay.say(registered, { ...discover, vendorClass: 'udhcp 1.36.1' })
    await relay.say(registered, { ...select('127.77.0.11'), ...pxe })
    const offer = await relay.ask(registered, { ...discover, ...pxe })
    expect(offer).toMatchObject({ yiaddr: '0.0.0.0', file: 'boot/grub/x86_64-efi/core-proxy.efi' })
    expect(readOption(offer.options, 'vendorClass')).toBe('PXEClient')
    expect(await listLeases(database.db)).toEqual([])
  })

  it('answers a client that asks for its boot server, where it asked from', async () => {
    const { ports, events } = await start(proxy)
    const client = await createRelay(ports[1]!, '127.77.0.11')
    const fields = { giaddr: '0.0.0.0', ciaddr: '127.77.0.11' }
    const ack = await client.ask(registered, { messageType: 3, ...pxe }, fields)
    expect(ack).toMatchObject({
      file: 'boot/grub/x86_64-efi/core-proxy.efi',
      ciaddr: '127.77.0.11',
    })
    const step = events.find((event) => event.type === 'boot.step')
    expect(step).toMatchObject({ step: 'firmware-ack', host: 'pc01', ip: '127.77.0.11', ok: true })
  })
})

describe('starting and stopping', () => {
  async function freePort(): Promise<number> {
    const probe = await openUdp({ port: 0, purpose: 'test', onMessage() {} })
    await probe.close()
    return probe.port
  }

  it('off opens no socket', async () => {
    const port = await freePort()
    const service = createDhcpService({
      ...{
        config: configOf({ LINBO_DHCP_PORT: String(port) }),
        ...database,
        bus: createMemoryBus(),
        log: silentLog,
      },
    })
    await service.start()
    expect(service.health()).toEqual({ state: 'ok', facts: { mode: 'off' } })
    const taken = await openUdp({ port, purpose: 'test', onMessage() {} })
    await taken.close()
  })

  it('says which port is taken, also by a program that shares it', async () => {
    const other = await openUdp({ port: 0, purpose: 'test', reuseAddr: true, onMessage() {} })
    open.push(() => other.close())
    const settings = { ...full, LINBO_DHCP_PORT: String(other.port) }
    await expect(start(settings)).rejects.toMatchObject({
      code: 'UDP_PORT',
      message: expect.stringContaining(String(other.port)),
      fix: expect.stringContaining('stop that DHCP server'),
    })
  })

  it('names the interfaces there are when none is set', async () => {
    await expect(start({ LINBO_DHCP: 'proxy' })).rejects.toMatchObject({
      code: 'DHCP_INTERFACE',
      fix: expect.stringContaining('lo (127.0.0.1/8)'),
    })
  })

  it('gives both ports back at the end, also when only the second was refused', async () => {
    const port = await freePort()
    const blocker = await openUdp({ port: 0, purpose: 'test', onMessage() {} })
    const ports = {
      LINBO_DHCP_PORT: String(port),
      LINBO_DHCP_PROXY_PORT: String(blocker.port),
    }
    const settings = { ...full, ...ports, LINBO_DHCP: 'proxy' }
    await expect(start(settings)).rejects.toMatchObject({ code: 'UDP_PORT' })
    await blocker.close()
    const { server } = await start(settings)
    await server.close()
    for (const one of [port, blocker.port]) {
      const socket = await openUdp({ port: one, purpose: 'test', onMessage() {} })
      await socket.close()
    }
  })

  it('serves from a thread of its own, which knows hosts, stores leases and tells what happens', async () => {
    const bus = createMemoryBus()
    const acked = Promise.withResolvers<BusEvent>()
    await bus.subscribe((event) => {
      if (event.type === 'lease.changed') acked.resolve(event)
    })
    const parts = { db: database.db, embedded: false, bus, log: silentLog }
    const service = createDhcpService({ config: configOf(full), ...parts })
    await service.start()
    open.push(() => service.stop())
    const relay = await createRelay(Number(service.health().facts?.ports))
    expect((await relay.ask(registered, discover)).yiaddr).toBe('127.77.0.11')
    await relay.ask(registered, select('127.77.0.11'))
    expect(await acked.promise).toMatchObject({ host: 'pc01', ip: '127.77.0.11' })
    expect(await listLeases(database.db)).toMatchObject([{ mac: registered }])
    await service.stop()
    expect(service.health()).toEqual({ state: 'stopped' })
  })

  it('follows subnets.csv while it runs, and keeps the last one that can be used', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'linbo-dhcp-'))
    open.push(() => rm(folder, { recursive: true }))
    const file = join(folder, 'subnets.csv')
    const write = (text: string) => writeFile(file, text)
    await write('127.77.0.0/24;127.77.0.254;127.77.0.100;127.77.0.101;;127.0.0.9\n')
    const parts = { db: database.db, embedded: false, bus: createMemoryBus(), log: silentLog }
    const { LINBO_DHCP_SUBNETS: _without, ...rest } = full
    const config = configOf({
      ...{ ...rest, LINBO_SUBNETS_FILE: file, LINBO_DHCP_PORT: String(await freePort()) },
    })
    const service = createDhcpService({ config, ...parts })
    await service.start()
    open.push(() => service.stop())
    const port = config.LINBO_DHCP_PORT
    const first = await (await createRelay(port)).ask(registered, discover)
    expect(first.siaddr).toBe('127.0.0.9')
    expect(readOption(first.options, 'router')).toEqual(['127.77.0.254'])
    expect(readOption(first.options, 'serverIdentifier')).toBe('127.0.0.1')

    await write('127.77.0.0/24;nowhere\n')
    await vi.waitFor(() => {
      expect(service.health()).toMatchObject({
        state: 'degraded',
        detail: expect.stringContaining('subnets.csv:1:2: the router "nowhere"'),
      })
    })
    await write('# new\n127.77.0.0/24;127.77.0.253\n')
    await vi.waitFor(() => expect(service.health().state).toBe('ok'), { timeout: 5000 })
    const second = await (await createRelay(port)).ask(registered, discover)
    expect(second.siaddr).toBe('127.0.0.1')
    expect(readOption(second.options, 'router')).toEqual(['127.77.0.253'])
  })

  it('names the line of a subnets.csv it cannot start with', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'linbo-dhcp-'))
    open.push(() => rm(folder, { recursive: true }))
    const file = join(folder, 'subnets.csv')
    await writeFile(file, '10.0.0.0/33;10.0.0.1\n')
    const parts = { db: database.db, embedded: false, bus: createMemoryBus(), log: silentLog }
    const begin = (path: string) =>
      createDhcpService({
        config: configOf({ ...full, LINBO_SUBNETS_FILE: path }),
        ...parts,
      }).start()
    await expect(begin(file)).rejects.toMatchObject({
      code: 'DHCP_SUBNETS_FILE',
      message: expect.stringContaining('subnets.csv:1:1'),
    })
    await expect(begin(`${file}.not`)).rejects.toMatchObject({ code: 'DHCP_SUBNETS_FILE' })
  })

  it('says from there, too, why it cannot start', async () => {
    const parts = { db: database.db, embedded: false, bus: createMemoryBus(), log: silentLog }
    const config = configOf({ ...full, LINBO_DHCP_INTERFACE: 'eth77' })
    await expect(createDhcpService({ config, ...parts }).start()).rejects.toMatchObject({
      code: 'DHCP_INTERFACE',
      fix: expect.stringContaining('lo (127.0.0.1/8)'),
    })
  })
})
