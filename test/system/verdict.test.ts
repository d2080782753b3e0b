import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BootVerdict } from '@linbo/bus'
import {
  emptyPacket,
  encode as encodeDhcp,
  MessageType,
  type OptionValues,
  optionsOf,
} from '@linbo/dhcp/packet'
import { openUdp, type UdpSocket } from '@linbo/runtime'
import {
  askForLease,
  createClient,
  fetchFile,
  fleetOf,
  type MachineIdentity,
  type SimulatedClient,
  sampleStartConf,
} from '@linbo/simulator'
import { decode, encode } from '@linbo/tftp/packet'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type LossyLink, openLossyLink } from '../support/lossy.ts'
import { type Suite, startSuite } from '../support/suite.ts'

interface BootJson {
  id: string
  state: string
  steps: { step: string }[]
  files: { file: string; bytes: number; retries: number | null; result: string | null }[]
  verdict: {
    code: BootVerdict
    severity: string
    title: string
    lastSeen: string
    likelyCause: string
    whatToDo: string[]
    facts: Record<string, string | number>
  } | null
}

const network = 96
const core = 'boot/grub/x86_64-efi/core.efi'
const grub = { blksize: '1024', tsize: '0' }
const { signal } = new AbortController()

describe('a boot that goes wrong is told why', () => {
  let suite: Suite
  const machines = fleetOf(40, 'lab', network)
  const strangers = machines.splice(0, 8)
  /** Its group has no start.conf. */
  const lost = { ...machines.pop()!, group: 'empty' }
  const hosts = [...machines]
  const sockets: UdpSocket[] = []
  const clients: SimulatedClient[] = []
  const links: LossyLink[] = []
  const server = (more: object = {}) => ({
    ip: '127.0.0.1',
    tftpPort: suite.ports.tftp,
    rsyncPort: suite.ports.rsync,
    dhcpPort: suite.ports.dhcp,
    sshPort: suite.ports.ssh,
    ...more,
  })

  beforeAll(async () => {
    suite = await startSuite('one process', {
      LINBO_DHCP: 'full',
      LINBO_DHCP_INTERFACE: 'lo',
      LINBO_DHCP_SUBNETS: `127.${network}.0.0/16 pool=127.${network}.9.1-127.${network}.9.2`,
      LINBO_BOOT_PATIENCE: '10',
    })
    await suite.api('PUT', '/groups/lab/start-conf', sampleStartConf('lab', 'tiny'))
    // All at once, because the DHCP service looks for new hosts now and then.
    for (const { hostname, mac, ip, group } of [...machines, lost]) {
      await suite.api('POST', '/hosts', { hostname, mac, ip, group, room: 'r101' })
    }
    await writeFile(join(suite.linboDir, 'linbo64'), Buffer.alloc(100_000, 1))
    await writeFile(join(suite.linboDir, 'linbofs64'), Buffer.alloc(300_000, 2))
  }, 60_000)
  afterAll(async () => {
    for (const client of clients) await client.powerOff()
    for (const socket of sockets) await socket.close()
    for (const link of links) await link.close()
    await suite?.stop()
  })

  /** A host of its own for every case. */
  async function machine(change?: { pxe?: number; room?: string }): Promise<MachineIdentity> {
    const one = hosts.pop()!
    if (change) await suite.api('PATCH', `/hosts/${one.hostname}`, change)
    return one
  }
  const lease = (one: MachineIdentity, exchange: 'firmware' | 'linbo' = 'firmware') =>
    askForLease(one, server(), exchange, signal)
  const fetch = (one: MachineIdentity, ...files: string[]) =>
    files.reduce(
      (before, file) =>
        before.then(() => fetchFile(one, server(), file, { options: grub, signal })),
      Promise.resolve<unknown>(undefined),
    )
  const client = (one: MachineIdentity, more: object = {}) => {
    const made = createClient({ machine: one, server: server(more), pace: 0 })
    clients.push(made)
    return made
  }
  /** One DHCP message through a relay at the machine's own address; whatever comes back is ignored. */
  async function say(
    one: MachineIdentity,
    options: OptionValues,
    { arch = 7, giaddr = one.ip, isLinbo = false } = {},
  ): Promise<void> {
    const purpose = 'a DHCP relay'
    const { dhcp: port } = suite.ports
    const socket = await openUdp({
      ...{ address: one.ip, port, reuseAddr: true, purpose, onMessage: () => {} },
    })
    const pxe = `PXEClient:Arch:${String(arch).padStart(5, '0')}:UNDI:003000`
    const who = isLinbo ? { vendorClass: 'udhcp 1.37.0' } : { clientArch: [arch], vendorClass: pxe }
    const packet = {
      ...{ ...emptyPacket, op: 'request' as const, hops: 1, xid: 4711 },
      ...{ giaddr, chaddr: one.mac },
      options: optionsOf({ ...options, ...who }),
    }
    await socket.send(encodeDhcp(packet), port, '127.0.0.1')
    sockets.push(socket)
  }

  async function verdict(one: MachineIdentity, code: BootVerdict) {
    const told = await suite.event(
      (event) =>
        event.type === 'boot.verdict' && event.mac === one.mac && event.verdict?.code === code,
      30_000,
    )
    const { boot: id } = told as { boot: string }
    const boot = await vi.waitFor(async () => {
      const stored = await suite.api<BootJson>('GET', `/boots/${id}`)
      if (stored.verdict?.code !== code) throw new Error(`${stored.verdict?.code}, not ${code}`)
      return stored
    }, 5000)
    const found = boot.verdict!
    return { boot, ...found, text: [found.title, found.likelyCause, ...found.whatToDo].join('\n') }
  }

  it('another DHCP server answered', async () => {
    const one = await machine()
    await say(one, { messageType: MessageType.discover })
    const other = { serverIdentifier: '10.9.9.9', requestedAddress: '10.9.9.77' }
    await say(one, { messageType: MessageType.request, ...other })
    expect((await verdict(one, 'foreign-server')).text).toContain('10.9.9.9')
  })

  it('no boot file for its architecture', async () => {
    const one = await machine()
    await say(one, { messageType: MessageType.discover }, { arch: 6 })
    expect((await verdict(one, 'wrong-architecture')).text).toContain('uefi-ia32')
  })

  it('a network that is not configured', async () => {
    const one = await machine()
    await say(one, { messageType: MessageType.discover }, { giaddr: '10.77.0.1' })
    await verdict(one, 'unknown-network')
  })

  it('an address of another network', async () => {
    const one = await machine()
    await say(one, { messageType: MessageType.request, requestedAddress: '10.1.2.3' })
    await verdict(one, 'address-refused')
  })

  it('a kernel that is missing', async () => {
    const kernel = join(suite.linboDir, 'linbo64')
    await rm(kernel)
    const one = await machine()
    await lease(one)
    await fetch(one, core, 'boot/grub/grub.cfg', 'linbo64')
    const told = await verdict(one, 'file-missing')
    expect(told).toMatchObject({ severity: 'error', title: expect.stringContaining('linbo64') })
    await writeFile(kernel, Buffer.alloc(100_000, 1))
  })

  it('a group without start.conf', async () => {
    await expect(client(lost).boot()).rejects.toMatchObject({ code: 'SIM_START_CONF' })
    expect((await verdict(lost, 'start-conf-missing')).text).toContain('start.conf.empty')
  })

  it('packets that get lost, though it arrives in the end', async () => {
    const one = await machine({ room: 'r201' })
    await bootOverBadCable(one, 1)
    await suite.event(
      (event) => event.type === 'boot.verdict' && event.mac === one.mac && event.state === 'linbo',
    )
    const told = await verdict(one, 'packet-loss')
    expect(told.severity).toBe('warning')
    expect(told.text).toContain(`${one.hostname} (${one.ip})`)
    const initramfs = told.boot.files.find((file) => file.file === 'linbofs64')
    expect(initramfs).toMatchObject({ result: 'ok', bytes: 300_000 })
    expect(initramfs?.retries).toBeGreaterThan(0)
    const shown = await suite.cli('linbo', 'host', 'show', one.hostname)
    expect(shown.out).toContain(`Packets get lost on the way to ${one.hostname}`)
    expect(shown.out).toMatch(/linbofs64 +[\d.]+ m?s +[\d.]+ m?s .*300\.0 kB +\d+/)
    const json = await suite.cli('linbo', 'host', 'show', one.hostname, '--json')
    expect(JSON.parse(json.out).lastBoot.verdict.code).toBe('packet-loss')
  }, 60_000)

  it('packets that get lost in a whole room', async () => {
    const room = await Promise.all([1, 2, 3].map(() => machine({ room: 'r202' })))
    await Promise.all(room.map((one, index) => bootOverBadCable(one, index)))
    const told = await verdict(room[0]!, 'room-packet-loss')
    expect(told.text).toContain('r202')
    for (const one of room) expect(told.text).toContain(one.hostname)
  }, 60_000)

  async function bootOverBadCable(one: MachineIdentity, seed: number): Promise<void> {
    const link = await openLossyLink({ port: suite.ports.tftp, seed, loss: 0.05, from: one.ip })
    links.push(link)
    await client(one, { tftpPort: link.port }).boot()
  }

  const grubFiles = [core, 'boot/grub/grub.cfg']
  const loaded = [...grubFiles, 'linbo64', 'linbofs64']
  it.concurrent.each<[BootVerdict, string, (one: MachineIdentity) => Promise<unknown>]>([
    ['boot-file-not-asked', 'its lease', (one) => lease(one)],
    ['loader-silent', 'its boot file', (one) => lease(one).then(() => fetch(one, core))],
    [
      'kernel-not-asked',
      "GRUB's configuration",
      (one) => lease(one).then(() => fetch(one, ...grubFiles)),
    ],
    ['linux-silent', 'the initramfs', (one) => lease(one).then(() => fetch(one, ...loaded))],
    ['start-conf-not-asked', "LINBO's lease", (one) => lease(one, 'linbo')],
  ])('%s: nothing more comes after %s', async (code, _last, act) => {
    const one = await machine()
    await act(one)
    expect(await verdict(one, code)).toMatchObject({ boot: { state: 'stalled' } })
  })

  it.concurrent('a machine that goes silent in the middle of its initramfs', async () => {
    const one = await machine()
    await lease(one)
    await fetch(one, core, 'boot/grub/grub.cfg', 'linbo64')
    await fetchInPart(one)
    const told = await verdict(one, 'client-silent')
    expect(told.text).toContain(`${one.hostname} (${one.ip})`)
    expect(told.facts).toMatchObject({ file: 'linbofs64', sizeBytes: 300_000 })
  })

  /** Asks for linbofs64, takes some of it, and says nothing more. */
  async function fetchInPart(one: MachineIdentity): Promise<void> {
    const enough = 40
    await new Promise<void>((taken) => {
      const onMessage = (bytes: Uint8Array, from: { port: number }) => {
        const packet = decode(bytes)
        const block = packet.op === 'data' ? packet.block : 0
        if (block === enough) taken()
        if (block < enough) {
          void socket.then((own) => own.send(encode({ op: 'ack', block }), from.port, '127.0.0.1'))
        }
      }
      const socket = openUdp({ address: one.ip, port: 0, purpose: 'a TFTP client', onMessage })
      void socket.then(async (own) => {
        sockets.push(own)
        const options = new Map([
          ['blksize', '1024'],
          ['tsize', '0'],
        ])
        const wish = encode({ op: 'rrq', file: 'linbofs64', mode: 'octet', options })
        await own.send(wish, suite.ports.tftp, '127.0.0.1')
      })
    })
  }

  it.concurrent('an offer that is not taken', async () => {
    const one = await machine()
    await say(one, { messageType: MessageType.discover })
    await verdict(one, 'offer-not-taken')
  })

  it.concurrent('a LINBO that does not take its address', async () => {
    const one = await machine()
    await say(one, { messageType: MessageType.discover }, { isLinbo: true })
    await verdict(one, 'linbo-no-lease')
  })

  it.concurrent('a machine that is not registered', async () => {
    const one = strangers.pop()!
    await lease({ ...one, ip: `127.${network}.0.250` }, 'linbo')
    expect((await verdict(one, 'unregistered')).text).toContain(`--mac ${one.mac}`)
  })

  it.concurrent('a host whose PXE flag is 0', async () => {
    const one = await machine({ pxe: 0 })
    await lease(one, 'linbo')
    await verdict(one, 'pxe-off')
  })

  it.concurrent('a LINBO that cannot be reached by SSH', async () => {
    const one = await machine()
    await client(one, { sshPort: suite.ports.ssh + 1 }).boot()
    const told = await verdict(one, 'no-ssh')
    expect(told).toMatchObject({ severity: 'warning', boot: { state: 'linbo' } })
  }, 60_000)

  it('an empty pool', async () => {
    const crowd = strangers.splice(0, 3)
    for (const one of crowd) await say(one, { messageType: MessageType.discover })
    await verdict(crowd[2]!, 'pool-exhausted')
  })
})
