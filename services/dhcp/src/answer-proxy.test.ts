import { describe, expect, it } from 'vitest'
import type { AnswerSettings } from './answer.ts'
import { answerAsProxy } from './answer-proxy.ts'
import { decodePxe, encodePxe } from './option-pxe.ts'
import {
  emptyPacket,
  MessageType,
  type OptionValues,
  optionsOf,
  type Packet,
  readOption,
} from './packet.ts'
import { type Request, understand } from './request.ts'

const settings: AnswerSettings = {
  serverIp: '10.20.30.1',
  serverName: 'server.lab.test',
  domain: 'lab.test',
  dns: [],
  ntp: [],
  netbios: [],
  httpPort: 8080,
}
const { discover, request: requestType } = MessageType
const uefi = { vendorClass: 'PXEClient:Arch:00007:UNDI:003000', clientArch: [7] }
const udhcpc = { vendorClass: 'udhcp 1.36.1', parameterList: [1, 3, 6, 12, 15, 28, 40, 42] }

function ask(options: OptionValues, fields: Partial<Packet> = {}): Request {
  const chaddr = '52:54:00:1b:0b:11'
  const request = understand({ ...emptyPacket, chaddr, ...fields, options: optionsOf(options) })
  if ('ignore' in request) throw new Error(request.ignore)
  return request
}

describe('answerAsProxy', () => {
  const bios = { vendorClass: 'PXEClient:Arch:00000:UNDI:002001', clientArch: [0] }
  const at4011 = (options: OptionValues) =>
    ask({ messageType: requestType, ...options }, { ciaddr: '10.20.30.51' })

  it.each([
    [
      'offers BIOS a file',
      'dhcp',
      ask({ messageType: discover, ...bios }),
      'boot/grub/i386-pc/core-proxy.0',
    ],
    [
      'offers UEFI a file',
      'dhcp',
      ask({ messageType: discover, ...uefi }),
      'boot/grub/x86_64-efi/core-proxy.efi',
    ],
    [
      'names UEFI its file on 4011',
      'boot-server',
      at4011(uefi),
      'boot/grub/x86_64-efi/core-proxy.efi',
    ],
  ] as [string, 'dhcp' | 'boot-server', Request, string][])('%s', (_name, port, request, file) => {
    const given = answerAsProxy(request, port, settings)
    if (given.kind !== 'offer' && given.kind !== 'ack') throw new Error(given.kind)
    expect(given.kind).toBe(port === 'dhcp' ? 'offer' : 'ack')
    expect(given.packet).toMatchObject({ yiaddr: '0.0.0.0', siaddr: '10.20.30.1', file })
    expect(readOption(given.packet.options, 'vendorClass')).toBe('PXEClient')
    expect(readOption(given.packet.options, 'serverIdentifier')).toBe('10.20.30.1')
    for (const code of [1, 3, 51, 12, 40]) expect(given.packet.options.has(code)).toBe(false)
  })

  it('tells BIOS to take the file of the offer, and UEFI nothing, so that it comes to 4011', () => {
    const vendor = (options: OptionValues) => {
      const given = answerAsProxy(ask({ messageType: discover, ...options }), 'dhcp', settings)
      return given.kind === 'offer' && readOption(given.packet.options, 'vendorSpecific')
    }
    expect(vendor(bios)).toEqual(Uint8Array.of(6, 1, 8, 255))
    expect(vendor(uefi)).toBeUndefined()
  })

  it('offers UEFI HTTP boot a URL', () => {
    const http = { vendorClass: 'HTTPClient:Arch:00016:UNDI:003000', clientArch: [16] }
    const given = answerAsProxy(ask({ messageType: discover, ...http }), 'dhcp', settings)
    if (given.kind !== 'offer') throw new Error(given.kind)
    expect(readOption(given.packet.options, 'vendorClass')).toBe('HTTPClient')
    expect(readOption(given.packet.options, 'bootFile')).toBe(
      `http://10.20.30.1:${settings.httpPort}/boot/grub/x86_64-efi/core-http.efi`,
    )
    expect(given.packet.yiaddr).toBe('0.0.0.0')
  })

  it('returns the boot item the client chose', () => {
    const bootItem = Uint8Array.of(0, 0, 0, 0)
    const asked = at4011({ ...bios, vendorSpecific: encodePxe({ bootItem }) })
    const given = answerAsProxy(asked, 'boot-server', settings)
    if (given.kind !== 'ack') throw new Error(given.kind)
    expect(decodePxe(given.packet.options.get(43)!)).toEqual({ bootItem })
  })

  it.each([
    ['LINBO itself', 'dhcp', ask({ messageType: discover, ...udhcpc })],
    [
      '32-bit UEFI',
      'dhcp',
      ask({ messageType: discover, vendorClass: 'PXEClient', clientArch: [6] }),
    ],
    ['requests for an address', 'dhcp', at4011(uefi)],
    ['discovers on 4011', 'boot-server', ask({ messageType: discover, ...uefi })],
  ] as [string, 'dhcp' | 'boot-server', Request][])('leaves alone %s', (_name, port, request) => {
    expect(answerAsProxy(request, port, settings).kind).toBe('ignore')
  })
})
