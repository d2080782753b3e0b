import { type BootFile, bootFileFor, type Firmware, firmwareOf } from '@linbo/boot'
import { decodePxe } from './option-pxe.ts'
import { decodeRelay } from './option-relay.ts'
import { MessageType, readOption } from './options.ts'
import { defaultMaxBytes, type Packet } from './packet.ts'

/** Who asks: network boot code, udhcpc inside LINBO, or any other DHCP client. */
export type ClientClass = 'firmware' | 'linbo' | 'other'

/** What a client wants (RFC 2131 4.3); the four kinds of DHCPREQUEST are told apart (4.3.2). */
export type Wish =
  | 'discover'
  | 'select'
  | 'reboot'
  | 'extend'
  | 'accept'
  | 'decline'
  | 'release'
  | 'inform'

/** The facts of a client's message that an answer depends on. */
export interface Request {
  wish: Wish
  packet: Packet
  /** Lower-case with colons: LINBO machines are told apart by it alone. */
  mac: string
  class: ClientClass
  /** PXEClient in option 60: such a client needs to see it, and its GUID, again. */
  isPxe: boolean
  isHttpBoot: boolean
  firmware: Firmware
  bootFile: BootFile | undefined
  /** Option 93, for people. */
  arch: number | undefined
  /** The address the client asks for, or already has. */
  address: string | undefined
  /** Option 54: the server the client chose. */
  server: string | undefined
  /** What the relay wants there instead (RFC 5107). */
  serverOverride: string | undefined
  isRelayed: boolean
  /** Where the client is: the relay's subnet, else the address it uses itself; undefined on our own link. */
  location: string | undefined
  /** The relay wants the answer at its source port. */
  atSourcePort: boolean
  /** Codes of option 55; undefined when the client did not send the option. */
  wants: Set<number> | undefined
  /** The longest DHCP message the client takes. */
  maxBytes: number
  /** Sub-option 71 of option 43. */
  bootItem: Uint8Array | undefined
}

/** Longest message that fits an Ethernet frame: 1500 less the IP and UDP headers. */
const etherBytes = 1472
const headerBytes = 28

/** The facts of a message, or why it is none of a client's. */
export function understand(packet: Packet): Request | { ignore: string } {
  const { options } = packet
  if (packet.op !== 'request') return { ignore: 'a reply, not a request' }
  const type = readOption(options, 'messageType')
  if (type === undefined) return { ignore: 'no message type (option 53): plain BOOTP' }
  if (packet.htype !== 1 || packet.chaddr.length !== 17) return { ignore: 'no Ethernet address' }
  const wish = wishOf(packet, type)
  if (!wish) return { ignore: `message type ${type} is not for a server` }

  const vendorClass = readOption(options, 'vendorClass')
  const userClass = readOption(options, 'userClass')
  const archs = readOption(options, 'clientArch')
  const arch = archs?.[0]
  const isPxe = vendorClass?.startsWith('PXEClient') ?? false
  const isHttpBoot = vendorClass?.startsWith('HTTPClient') ?? false
  const relay = readOption(options, 'relayAgent')
  const relayInfo = relay ? decodeRelay(relay) : {}
  const isRelayed = packet.giaddr !== '0.0.0.0'
  const inUse = packet.ciaddr === '0.0.0.0' ? undefined : packet.ciaddr
  const wants = readOption(options, 'parameterList')
  const vendorSpecific = readOption(options, 'vendorSpecific')
  return {
    wish,
    packet,
    mac: packet.chaddr,
    class:
      isPxe || isHttpBoot || userClass?.startsWith('iPXE')
        ? 'firmware'
        : vendorClass?.startsWith('udhcp')
          ? 'linbo'
          : 'other',
    isPxe,
    isHttpBoot,
    firmware: firmwareOf({ arch, vendorClass, userClass }),
    bootFile: bootFileFor({ arch, vendorClass, userClass }),
    arch,
    address: readOption(options, 'requestedAddress') ?? inUse,
    server: readOption(options, 'serverIdentifier'),
    serverOverride: isRelayed ? relayInfo.serverOverride : undefined,
    isRelayed,
    location: isRelayed ? (relayInfo.linkSelection ?? packet.giaddr) : inUse,
    atSourcePort: relayInfo.sourcePort ?? false,
    wants: wants && new Set(wants),
    maxBytes: room(readOption(options, 'maxSize')),
    bootItem: isPxe && vendorSpecific ? decodePxe(vendorSpecific).bootItem : undefined,
  }
}

function wishOf(packet: Packet, type: number): Wish | undefined {
  switch (type) {
    case MessageType.discover:
      return 'discover'
    case MessageType.decline:
      return 'decline'
    case MessageType.release:
      return 'release'
    case MessageType.inform:
      return 'inform'
    case MessageType.request: {
      if (readOption(packet.options, 'serverIdentifier')) return 'select'
      if (packet.ciaddr !== '0.0.0.0') return 'extend'
      // Clients that fill in nothing can only mean the offer they have just got.
      const asked = readOption(packet.options, 'requestedAddress') ?? '0.0.0.0'
      return asked === '0.0.0.0' ? 'accept' : 'reboot'
    }
    default:
      return undefined
  }
}

/** Option 57 counts the IP and UDP headers, and promises no less than 576 (RFC 2132 9.10). */
function room(maxSize: number | undefined): number {
  if (maxSize === undefined) return defaultMaxBytes
  return Math.min(Math.max(maxSize - headerBytes, defaultMaxBytes), etherBytes)
}
