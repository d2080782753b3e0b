import { printMac } from '@linbo/formats'
import { parseAddress, printAddress } from './address.ts'
import { areaBytes, readArea, writeArea } from './option-area.ts'
import type { Options } from './options.ts'
import { PacketError } from './packet-error.ts'

export { decodeRelay, encodeRelay, type RelayInfo } from './option-relay.ts'
export { MessageType, type Options, type OptionValues, optionsOf, readOption } from './options.ts'
export { PacketError } from './packet-error.ts'

/** A DHCP message, either direction. Addresses are dotted, `0.0.0.0` where there is none. */
export interface Packet {
  op: 'request' | 'reply'
  /** Hardware type, 1 for Ethernet. */
  htype: number
  hops: number
  xid: number
  /** Seconds since the client began, as it says. */
  secs: number
  /** The client cannot take a unicast answer yet. */
  broadcast: boolean
  ciaddr: string
  yiaddr: string
  /** Where the boot file lies (next-server). */
  siaddr: string
  /** The relay agent that passed the request on. */
  giaddr: string
  /** Hardware address, lower-case with colons. */
  chaddr: string
  /** Server name, empty when the field holds options. */
  sname: string
  /** Boot file, empty when the field holds options. */
  file: string
  options: Options
}

/** Every field empty; for building a message from the few that matter. */
export const emptyPacket: Packet = {
  op: 'request',
  htype: 1,
  hops: 0,
  xid: 0,
  secs: 0,
  broadcast: false,
  ciaddr: '0.0.0.0',
  yiaddr: '0.0.0.0',
  siaddr: '0.0.0.0',
  giaddr: '0.0.0.0',
  chaddr: '00:00:00:00:00:00',
  sname: '',
  file: '',
  options: new Map(),
}

//   0      1      2      3      4            8       10      12       16
//   | op   | htype| hlen | hops | xid        | secs  | flags | ciaddr |
//   16       20       24       28        44        108        236     240
//   | yiaddr | siaddr | giaddr | chaddr  | sname   | file     | magic  | options …
const field = { sname: [44, 64], file: [108, 128] } as const
const optionsAt = 240
const magic = 0x63825363
const end = 255
const overloadCode = 52
const relayCode = 82
/** Below this BOOTP relays and old ROMs drop a message (RFC 1542 2.1). */
const minBytes = 300
/** What every client takes: 576 bytes of IP datagram (RFC 2131 2). */
export const defaultMaxBytes = 548

/** @throws PacketError when the bytes are no DHCP message (RFC 2131 2, RFC 2132 9.3). */
export function decode(bytes: Uint8Array): Packet {
  if (bytes.length < optionsAt) throw new PacketError(`${bytes.length} bytes are too short`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.getUint32(236) !== magic) throw new PacketError('no DHCP magic cookie')
  const op = view.getUint8(0)
  if (op !== 1 && op !== 2) throw new PacketError(`op ${op} is neither request nor reply`)
  const hlen = view.getUint8(2)
  if (hlen > 16) throw new PacketError(`hardware address of ${hlen} bytes`)
  const part = (name: keyof typeof field) =>
    bytes.subarray(field[name][0], field[name][0] + field[name][1])
  const options = readArea(bytes.subarray(optionsAt), true)
  const overload = options.get(overloadCode)?.[0] ?? 0
  options.delete(overloadCode)
  if (overload & 1) readArea(part('file'), true, options)
  if (overload & 2) readArea(part('sname'), true, options)
  const address = (at: number) => printAddress(view.getUint32(at))
  return {
    op: op === 1 ? 'request' : 'reply',
    htype: view.getUint8(1),
    hops: view.getUint8(3),
    xid: view.getUint32(4),
    secs: view.getUint16(8),
    broadcast: (view.getUint16(10) & 0x8000) !== 0,
    ciaddr: address(12),
    yiaddr: address(16),
    siaddr: address(20),
    giaddr: address(24),
    chaddr: printMac(bytes.subarray(28, 28 + hlen)),
    sname: overload & 2 ? '' : readText(part('sname')),
    file: overload & 1 ? '' : readText(part('file')),
    options,
  }
}

/** The message's bytes, of whatever length its options need; at least 300. */
export function encode(packet: Packet): Uint8Array {
  return encodeWithin(packet, 65507).bytes
}

/**
 * The message in at most `maxBytes`. What does not fit behind the header goes into the file field when
 * that is empty, then into sname, giving up the server name (option 52). What fits nowhere is dropped and
 * named: so the most important options come first. Option 82 always stays, and last (RFC 3046 2.2).
 */
export function encodeWithin(
  packet: Packet,
  maxBytes: number,
): { bytes: Uint8Array; dropped: number[] } {
  const wanted = [...packet.options].filter(([code]) => code !== relayCode)
  const relay = packet.options.get(relayCode)
  const tail = relay ? writeArea([[relayCode, relay]]) : new Uint8Array()
  const space = maxBytes - optionsAt - tail.length - 1
  const whole = writeArea(wanted)
  if (whole.length <= space) return { bytes: layOut(packet, whole, tail), dropped: [] }
  const areas = [
    { bit: 0, room: space - 3, options: [] as typeof wanted },
    { bit: 1, room: packet.file === '' ? field.file[1] - 1 : 0, options: [] as typeof wanted },
    { bit: 2, room: field.sname[1] - 1, options: [] as typeof wanted },
  ]
  const dropped: number[] = []
  for (const [code, value] of wanted) {
    const size = areaBytes(value)
    const area = areas.find(({ room }) => size <= room)
    if (!area) {
      dropped.push(code)
      continue
    }
    area.room -= size
    area.options.push([code, value])
  }
  const [main, file, sname] = areas.map((area) => writeArea(area.options)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  const overload = (file.length > 0 ? 1 : 0) | (sname.length > 0 ? 2 : 0)
  const mark = overload ? Uint8Array.of(overloadCode, 1, overload) : new Uint8Array()
  const bytes = layOut(packet, Uint8Array.of(...main, ...mark), tail)
  if (file.length > 0) bytes.fill(0, 108, 236).set([...file, end], 108)
  if (sname.length > 0) bytes.fill(0, 44, 108).set([...sname, end], 44)
  return { bytes, dropped }
}

const encoder = new TextEncoder()

function layOut(packet: Packet, options: Uint8Array, tail: Uint8Array): Uint8Array {
  const size = optionsAt + options.length + tail.length + 1
  const bytes = new Uint8Array(Math.max(size, minBytes))
  const view = new DataView(bytes.buffer)
  const chaddr = packet.chaddr === '' ? [] : packet.chaddr.split(':')
  bytes[0] = packet.op === 'request' ? 1 : 2
  bytes[1] = packet.htype
  bytes[2] = chaddr.length
  bytes[3] = packet.hops
  view.setUint32(4, packet.xid)
  view.setUint16(8, packet.secs)
  view.setUint16(10, packet.broadcast ? 0x8000 : 0)
  view.setUint32(12, parseAddress(packet.ciaddr) ?? 0)
  view.setUint32(16, parseAddress(packet.yiaddr) ?? 0)
  view.setUint32(20, parseAddress(packet.siaddr) ?? 0)
  view.setUint32(24, parseAddress(packet.giaddr) ?? 0)
  for (let at = 0; at < chaddr.length; at++) bytes[28 + at] = Number.parseInt(chaddr[at] ?? '', 16)
  for (const name of ['sname', 'file'] as const) {
    const [at, length] = field[name]
    if (packet[name] !== '') bytes.set(encoder.encode(packet[name]).subarray(0, length - 1), at)
  }
  view.setUint32(236, magic)
  bytes.set(options, optionsAt)
  bytes.set(tail, optionsAt + options.length)
  bytes[size - 1] = end
  return bytes
}

function readText(bytes: Uint8Array): string {
  const stop = bytes.indexOf(0)
  return String.fromCharCode(...(stop === -1 ? bytes : bytes.subarray(0, stop)))
}
