import { describe, expect, it } from 'vitest'
import { decode, emptyPacket, encodeRelay, optionsOf, type Packet } from './packet.ts'
import { type Request, understand } from './request.ts'
import { readTrace } from './testdata/trace.ts'

const chaddr = '52:54:00:1b:0b:11'
const facts = (packet: Partial<Packet>) =>
  understand({ ...emptyPacket, chaddr, ...packet }) as Request

describe('understand', () => {
  it.each([
    ['ovmf-virtio.txt', { class: 'firmware', isPxe: true, firmware: 'uefi-x64', arch: 7 }],
    ['seabios-ipxe.txt', { class: 'firmware', isPxe: true, firmware: 'bios', arch: 0 }],
    ['ipxe-efi-rom.txt', { class: 'firmware', isPxe: true, firmware: 'uefi-x64' }],
    ['ovmf-http.txt', { class: 'firmware', isPxe: false, isHttpBoot: true }],
    ['linbo-udhcpc.txt', { class: 'linbo', isPxe: false, arch: undefined, maxBytes: 548 }],
  ])('knows the client of %s', (file, expected) => {
    const [first] = readTrace(file)
    expect(understand(decode(first!.bytes))).toMatchObject({ wish: 'discover', ...expected })
  })

  it('tells the kinds of DHCPREQUEST apart', () => {
    const wish = (options: Parameters<typeof optionsOf>[0], ciaddr = '0.0.0.0') =>
      facts({ ciaddr, options: optionsOf({ messageType: 3, ...options }) }).wish
    expect(wish({ serverIdentifier: '10.0.0.1', requestedAddress: '10.0.0.5' })).toBe('select')
    expect(wish({ requestedAddress: '10.0.0.5' })).toBe('reboot')
    expect(wish({}, '10.0.0.5')).toBe('extend')
    expect(wish({})).toBe('accept')
  })

  it.each([
    ['plain BOOTP', { options: new Map() }],
    ['a reply', { op: 'reply' as const, options: optionsOf({ messageType: 2 }) }],
    ['a message type for clients', { options: optionsOf({ messageType: 5 }) }],
    [
      'an address that is not Ethernet',
      { chaddr: '00:11', options: optionsOf({ messageType: 1 }) },
    ],
  ])('ignores %s with a reason', (_name, packet) => {
    expect(facts(packet)).toEqual({ ignore: expect.any(String) })
  })

  it('locates a relayed client by the relay, or by the link it names', () => {
    const giaddr = '10.16.255.254'
    const options = { messageType: 1 }
    expect(facts({ giaddr, options: optionsOf(options) })).toMatchObject({
      isRelayed: true,
      location: giaddr,
      atSourcePort: false,
    })
    const relayAgent = encodeRelay({ linkSelection: '10.17.0.0', sourcePort: true })
    expect(facts({ giaddr, options: optionsOf({ ...options, relayAgent }) })).toMatchObject({
      location: '10.17.0.0',
      atSourcePort: true,
    })
  })

  it('takes option 57 as an IP datagram, within what RFC and Ethernet allow', () => {
    const room = (maxSize: number) =>
      facts({ options: optionsOf({ messageType: 1, maxSize }) }).maxBytes
    expect([room(100), room(576), room(1000), room(65280)]).toEqual([548, 548, 972, 1472])
  })
})
