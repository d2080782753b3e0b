import { describe, expect, it } from 'vitest'
import { type AnswerSettings, answer, type KnownHost, leaseSeconds, type Place } from './answer.ts'
import type { Finding } from './lease.ts'
import {
  decode,
  emptyPacket,
  encodeRelay,
  MessageType,
  type OptionValues,
  optionsOf,
  type Packet,
  readOption,
} from './packet.ts'
import { type Request, understand } from './request.ts'
import { planSubnets } from './subnet.ts'
import { readTrace } from './testdata/trace.ts'

const settings: AnswerSettings = {
  serverIp: '10.20.30.1',
  serverName: 'server.lab.test',
  domain: 'lab.test',
  dns: ['10.20.30.1'],
  ntp: ['10.20.30.1'],
  netbios: ['10.20.30.1'],
  httpPort: 8080,
}
const [lab] = planSubnets(
  {
    LINBO_DHCP_INTERFACE: ['lab'],
    LINBO_DHCP_POOL: ['10.20.30.100-10.20.30.110'],
    LINBO_DHCP_ROUTER: '10.20.30.1',
    LINBO_DHCP_SUBNETS: '',
  },
  [{ interface: 'lab', address: '10.20.30.1', cidr: '10.20.30.1/24' }],
)
const pc: KnownHost = { hostname: 'pc01', group: 'lab', pxe: 1 }
const mine: Finding = { kind: 'address', ip: '10.20.30.51', record: 'this' }
const fresh: Finding = { kind: 'address', ip: '10.20.30.51', record: 'nothing' }
const place = (over: Partial<Place> = {}): Place => ({
  subnet: lab!,
  host: pc,
  finding: mine,
  ...over,
})

function ask(options: OptionValues, fields: Partial<Packet> = {}): Request {
  const chaddr = '52:54:00:1b:0b:11'
  const request = understand({ ...emptyPacket, chaddr, ...fields, options: optionsOf(options) })
  if ('ignore' in request) throw new Error(request.ignore)
  return request
}

function granted(request: Request, where = place()) {
  const given = answer(request, where, settings)
  if (given.kind !== 'offer' && given.kind !== 'ack') throw new Error(JSON.stringify(given))
  const read = <K extends keyof OptionValues>(name: K) => readOption(given.packet.options, name)
  return { ...given, read }
}

const { discover, request: requestType, inform } = MessageType
const uefi = { vendorClass: 'PXEClient:Arch:00007:UNDI:003000', clientArch: [7] }
const udhcpc = { vendorClass: 'udhcp 1.36.1', parameterList: [1, 3, 6, 12, 15, 28, 40, 42] }

describe('recorded exchanges, asked again', () => {
  it.each([
    ['ovmf-virtio.txt', '10.20.30.51', { hostname: 'pc01', group: 'lab', pxe: 1 }],
    ['seabios-ipxe.txt', '10.20.30.52', { hostname: 'pc02', group: 'labbios', pxe: 1 }],
    ['linbo-udhcpc.txt', '10.20.30.52', { hostname: 'pc02', group: 'labbios', pxe: 1 }],
  ])('%s gets what it booted with', (file, ip, host) => {
    const messages = readTrace(file).map((one) => decode(one.bytes))
    for (const [index, asked] of messages.entries()) {
      const recorded = messages[index + 1]
      if (asked.op !== 'request' || !recorded) continue
      const request = understand(asked) as Request
      const { packet } = granted(request, place({ host, finding: { ...mine, ip } as Finding }))
      expect([packet.yiaddr, packet.siaddr, packet.chaddr]).toEqual([
        recorded.yiaddr,
        recorded.siaddr,
        recorded.chaddr,
      ])
      for (const code of [53, 54, 1, 28, 15, 12, 40, 18, 6, 3]) {
        expect(packet.options.get(code), `option ${code}`).toEqual(recorded.options.get(code))
      }
      const bootFile = readOption(recorded.options, 'bootFile') ?? recorded.file
      expect(packet.file).toBe(bootFile)
    }
  })

  it('ovmf-http.txt is told a URL, and that it is for HTTPClient (UEFI 24.7)', () => {
    const [first] = readTrace('ovmf-http.txt')
    const { packet, read } = granted(understand(decode(first!.bytes)) as Request)
    const url = 'http://10.20.30.1:8080/boot/grub/x86_64-efi/core-http.efi'
    expect(packet.file).toBe(url)
    expect(read('bootFile')).toBe(url)
    expect(read('vendorClass')).toBe('HTTPClient')
    expect(read('hostName')).toBe('pc01')
  })
})

describe('the boot file', () => {
  it.each([
    ['BIOS', { vendorClass: 'PXEClient', clientArch: [0] }, 'boot/grub/i386-pc/core.0'],
    ['UEFI x64', { vendorClass: 'PXEClient', clientArch: [7] }, 'boot/grub/x86_64-efi/core.efi'],
    [
      'UEFI that says 9',
      { vendorClass: 'PXEClient', clientArch: [9] },
      'boot/grub/x86_64-efi/core.efi',
    ],
    ['no architecture', { vendorClass: 'PXEClient' }, 'boot/grub/i386-pc/core.0'],
    ['UEFI IA32', { vendorClass: 'PXEClient', clientArch: [6] }, ''],
    ['ARM64', { vendorClass: 'PXEClient', clientArch: [11] }, ''],
    ['iPXE on UEFI', { ...uefi, userClass: 'iPXE' }, 'boot/grub/x86_64-efi/core.efi'],
    ['LINBO itself', udhcpc, 'boot/grub/i386-pc/core.0'],
  ])('of %s', (_name, options, file) => {
    expect(granted(ask({ messageType: discover, ...options })).packet.file).toBe(file)
  })

  it('is repeated in options 66 and 67 only when they are asked for', () => {
    const asked = granted(ask({ messageType: discover, ...uefi, parameterList: [66, 67] }))
    expect(asked.read('tftpServerName')).toBe('10.20.30.1')
    expect(asked.read('bootFile')).toBe('boot/grub/x86_64-efi/core.efi')
    const silent = granted(ask({ messageType: discover, ...uefi }))
    expect(silent.read('bootFile')).toBeUndefined()
    expect(silent.packet).toMatchObject({ siaddr: '10.20.30.1', sname: 'server.lab.test' })
  })

  it('that does not exist is said in the answer for people', () => {
    const given = granted(ask({ messageType: discover, vendorClass: 'PXEClient', clientArch: [6] }))
    expect(given.bootFile).toBeUndefined()
    expect(given.detail).toContain('no boot file for client architecture 6')
  })
})

describe('names and group', () => {
  it.each([
    ['PXE flag 0', 0, undefined],
    ['PXE flag 1', 1, 'lab'],
    ['PXE flag 2', 2, 'lab'],
    ['PXE flag 3', 3, 'lab'],
  ])('%s', (_name, pxe, group) => {
    const given = granted(
      ask({ messageType: discover, ...uefi, parameterList: [1] }),
      place({ host: { ...pc, pxe } }),
    )
    expect(given.read('hostName')).toBe('pc01')
    expect(given.read('nisDomain')).toBe(group)
    expect(given.read('extensionsPath')).toBe(group)
  })

  it('of an unknown machine are pxeclient, none, and a short lease', () => {
    const where = place({ host: undefined, finding: fresh })
    const given = granted(ask({ messageType: discover, ...udhcpc }), where)
    expect(given.read('hostName')).toBe('pxeclient')
    expect(given.read('nisDomain')).toBeUndefined()
    expect(given.read('extensionsPath')).toBeUndefined()
    expect(given.read('leaseTime')).toBe(leaseSeconds.unknown)
    expect([given.read('renewalTime'), given.read('rebindingTime')]).toEqual([300, 525])
  })

  it('come with what dhcpOptions of the host says', () => {
    const dhcp_options =
      'next-server 10.20.30.9, filename "own.efi", option routers 10.20.30.8, option domain-name-servers 9.9.9.9, x y'
    const firmware = ask({ messageType: discover, ...uefi, parameterList: [1, 66, 67] })
    const given = granted(firmware, place({ host: { ...pc, dhcp_options } }))
    expect(given.packet).toMatchObject({ siaddr: '10.20.30.9', file: 'own.efi' })
    expect(given.read('tftpServerName')).toBe('10.20.30.9')
    expect(given.read('bootFile')).toBe('own.efi')
    expect(given.read('router')).toEqual(['10.20.30.8'])
    expect(given.read('dns')).toEqual(['9.9.9.9'])
    expect(given.read('serverIdentifier')).toBe(settings.serverIp)
  })

  it("come with the network's next-server", () => {
    const where = place({ subnet: { ...lab!, nextServer: '10.20.30.7' } })
    const given = granted(ask({ messageType: discover, ...uefi }), where)
    expect(given.packet.siaddr).toBe('10.20.30.7')
    expect(given.read('serverIdentifier')).toBe(settings.serverIp)
  })

  it('that BusyBox would spoil are left out with a warning', () => {
    const host = { hostname: 'pc 01', group: 'büro', pxe: 1 }
    const given = granted(ask({ messageType: discover, ...udhcpc }), place({ host }))
    expect(given.read('hostName')).toBeUndefined()
    expect(given.read('nisDomain')).toBeUndefined()
    expect(given.warnings).toHaveLength(2)
  })
})

describe('an answer', () => {
  it('has the options of a registered host, the important ones first', () => {
    const guid = Uint8Array.of(0, ...new Array(16).fill(7))
    const relayAgent = Uint8Array.of(1, 1, 9)
    const clientId = Uint8Array.of(1, 0x52, 0x54, 0, 0x1b, 0x0b, 0x11)
    const given = granted(
      ask({ messageType: discover, ...uefi, clientGuid: guid, clientId, relayAgent }),
    )
    expect([...given.packet.options.keys()]).toEqual([
      53, 54, 51, 1, 3, 12, 40, 18, 6, 15, 28, 58, 59, 97, 42, 44, 61, 82,
    ])
    expect(given.read('leaseTime')).toBe(172_800)
    expect([given.read('renewalTime'), given.read('rebindingTime')]).toEqual([86_400, 151_200])
    expect(given.read('clientGuid')).toEqual(guid)
    expect(given.read('relayAgent')).toEqual(relayAgent)
    expect(given.read('clientId')).toEqual(clientId)
    expect(given.read('vendorClass')).toBeUndefined()
  })

  it('sends 42 and 44 only to those who ask', () => {
    const given = granted(ask({ messageType: discover, ...udhcpc }))
    expect(given.read('ntp')).toEqual(['10.20.30.1'])
    expect(given.read('netbios')).toBeUndefined()
  })

  it('to DHCPINFORM gives no address and no times (RFC 2131 4.3.5)', () => {
    const given = granted(ask({ messageType: inform }, { ciaddr: '10.20.30.60' }))
    expect(given).toMatchObject({ kind: 'ack', ip: undefined })
    expect(given.packet).toMatchObject({ yiaddr: '0.0.0.0', ciaddr: '10.20.30.60' })
    expect(given.read('leaseTime')).toBeUndefined()
    expect(given.read('renewalTime')).toBeUndefined()
    expect(given.read('hostName')).toBe('pc01')
  })
})

describe('a request (RFC 2131 4.3.2)', () => {
  const select = (requestedAddress: string) =>
    ask({ messageType: requestType, requestedAddress, serverIdentifier: '10.20.30.1' })
  const reboot = (requestedAddress: string) => ask({ messageType: requestType, requestedAddress })
  const extend = (ciaddr: string) => ask({ messageType: requestType }, { ciaddr })
  const none: Finding = {
    kind: 'none',
    reason: 'the pool is exhausted',
    isWarning: true,
    record: 'nothing',
  }
  const stranger = { host: undefined, finding: fresh }

  it.each([
    ['selecting the offered address', select('10.20.30.51'), {}, 'ack'],
    ['selecting a free address after our restart', select('10.20.30.51'), stranger, 'ack'],
    ['selecting another address', select('10.20.30.77'), {}, 'nak'],
    ['selecting when nothing is free', select('10.20.30.51'), { finding: none }, 'nak'],
    ['rebooting with its address', reboot('10.20.30.51'), {}, 'ack'],
    ['rebooting with a wrong address', reboot('10.20.30.77'), {}, 'nak'],
    ['rebooting with an address of another network', reboot('192.168.1.5'), stranger, 'nak'],
    ['rebooting without our having a record', reboot('10.20.30.51'), stranger, 'ignore'],
    ['renewing its address', extend('10.20.30.51'), {}, 'ack'],
    ['renewing an address we forgot but can give', extend('10.20.30.51'), stranger, 'ack'],
    ['renewing after it got a fixed address', extend('10.20.30.100'), {}, 'nak'],
    [
      'renewing what now belongs to another',
      extend('10.20.30.100'),
      { host: undefined, finding: { ...fresh, record: 'other' } },
      'nak',
    ],
    ['renewing what is not ours to give', extend('10.20.30.200'), stranger, 'ignore'],
    ['naming no address, with an offer pending', ask({ messageType: requestType }), {}, 'ack'],
    ['naming no address, without an offer', ask({ messageType: requestType }), stranger, 'ignore'],
  ] as [string, Request, Partial<Place>, string][])('%s', (_name, request, where, kind) => {
    expect(answer(request, place(where), settings).kind).toBe(kind)
  })

  it('refused has no address and says why, and a relay is told to broadcast it', () => {
    const relayed = ask(
      { messageType: requestType, requestedAddress: '192.168.1.5' },
      { giaddr: '10.20.30.254', xid: 7 },
    )
    const given = answer(relayed, place(), settings)
    if (given.kind !== 'nak') throw new Error(given.kind)
    expect(given.packet).toMatchObject({
      yiaddr: '0.0.0.0',
      siaddr: '0.0.0.0',
      xid: 7,
      broadcast: true,
    })
    expect(readOption(given.packet.options, 'serverIdentifier')).toBe('10.20.30.1')
    expect(readOption(given.packet.options, 'message')).toContain('192.168.1.5')
  })

  it('that ends in no offer is worth a warning for a registered host', () => {
    const noPool: Finding = { kind: 'none', reason: 'no pool', isWarning: false, record: 'nothing' }
    const found = ask({ messageType: discover })
    expect(answer(found, place({ finding: noPool }), settings)).toMatchObject({ isWarning: true })
    const unknown = place({ host: undefined, finding: noPool })
    expect(answer(found, unknown, settings)).toMatchObject({ isWarning: false })
  })
})

describe('a relay that stands in for the server (RFC 5107)', () => {
  const relayAgent = encodeRelay({ serverOverride: '10.20.30.254' })
  const from = (client: OptionValues) =>
    ask({ messageType: discover, ...client, relayAgent }, { giaddr: '10.20.30.254' })

  it.each([
    ['Windows is told the relay', { vendorClass: 'MSFT 5.0' }, '10.20.30.254'],
    ['LINBO is told its server', udhcpc, '10.20.30.1'],
    ['firmware is told the server', uefi, '10.20.30.1'],
  ])('%s', (_name, client, server) => {
    const { read } = granted(from(client))
    expect(read('serverIdentifier')).toBe(server)
    expect(read('relayAgent')).toEqual(relayAgent)
  })
})
