import { randomInt } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import {
  decode,
  emptyPacket,
  encode,
  MessageType,
  optionsOf,
  type Packet,
  readOption,
} from '@linbo/dhcp/packet'
import { LinboError, openUdp, pause, type UdpSocket } from '@linbo/runtime'

/** Who asks for an address on the way to LINBO: the firmware, then LINBO itself. */
export const askers = ['bios', 'uefi', 'linbo'] as const
export type Asker = (typeof askers)[number]

/** What one server offered. */
export interface Offer {
  /** Option 54. */
  server: string
  /** Undefined from a proxy, which gives none. */
  ip: string | undefined
  /** next-server. */
  siaddr: string
  bootFile: string | undefined
  hostname: string | undefined
  /** Options 40 and 18. */
  group: string | undefined
  extensionsPath: string | undefined
}

const firmwareWants = [
  1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 43, 50, 51, 54, 58, 59, 60, 66, 67, 97,
]
const words: Record<Asker, Parameters<typeof optionsOf>[0]> = {
  bios: firmware(0),
  uefi: firmware(7),
  linbo: {
    vendorClass: 'udhcp 1.35.0',
    parameterList: [1, 3, 6, 12, 15, 28, 40, 42],
    maxSize: 576,
  },
}

/**
 * Asks all DHCP servers of a network what they would give a machine, as its firmware and as LINBO. Takes no
 * lease: the servers forget their offers.
 * @param ownAddress our address on the network card to ask through
 * @param waitMs how long offers are waited for; dnsmasq looks for three seconds whether an address is free
 * @throws LinboError `UDP_PORT` without the right to use port 68, or when another program has it
 */
export async function askForOffers(
  ownAddress: string,
  mac: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<Record<Asker, Offer[]>> {
  const offers: Record<Asker, Offer[]> = { bios: [], uefi: [], linbo: [] }
  const xids = new Map(askers.map((asker) => [randomInt(2 ** 32 - 1), asker]))
  const onMessage = (bytes: Uint8Array) => {
    const packet = decoded(bytes)
    const asker = packet && xids.get(packet.xid)
    if (!packet || !asker) return
    if (readOption(packet.options, 'messageType') !== MessageType.offer) return
    const offer = offerOf(packet)
    const isKnown = offers[asker].some((one) => JSON.stringify(one) === JSON.stringify(offer))
    if (!isKnown) offers[asker].push(offer)
  }
  const shared = { port: 68, reuseAddr: true, broadcast: true, purpose: 'DHCP check', onMessage }
  const sockets: UdpSocket[] = []
  try {
    // Answers come to everybody; what leaves from our address leaves through its network card.
    sockets.push(await openUdp({ ...shared, address: '0.0.0.0' }))
    const sender = await openUdp({ ...shared, address: ownAddress })
    sockets.push(sender)
    for (const [xid, asker] of xids) {
      await sender.send(encode(discover(asker, mac, xid)), 67, '255.255.255.255')
    }
    await pause(waitMs, signal)
    return offers
  } finally {
    await Promise.all(sockets.map((socket) => socket.close()))
  }
}

/**
 * Our address on a network card, or on the one that has the server's address when none is named.
 * @throws LinboError `DHCP_CHECK_INTERFACE`
 */
export function addressToAskFrom(device: string | undefined, serverIp: string): string {
  const own = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter((one) => one.family === 'IPv4')
      .map(({ address }) => ({ name, address })),
  )
  const found = own.find((one) =>
    device === undefined ? one.address === serverIp : one.name === device,
  )
  if (found) return found.address
  const names = [...new Set(own.map((one) => one.name))].join(', ')
  throw new LinboError(
    'DHCP_CHECK_INTERFACE',
    device === undefined
      ? `no network card here has the server's address ${serverIp}`
      : `there is no network card ${device} with an IPv4 address`,
    { fix: `Name the one in the machines' network with --interface: ${names}.` },
  )
}

function firmware(arch: number) {
  return {
    vendorClass: `PXEClient:Arch:0000${arch}:UNDI:003000`,
    clientArch: [arch],
    parameterList: firmwareWants,
    maxSize: 1472,
  }
}

function discover(asker: Asker, mac: string, xid: number): Packet {
  const options = optionsOf({ messageType: MessageType.discover, ...words[asker] })
  return { ...emptyPacket, op: 'request', xid, broadcast: true, chaddr: mac, options }
}

function offerOf({ options, yiaddr, siaddr, file }: Packet): Offer {
  return {
    server: readOption(options, 'serverIdentifier') ?? siaddr,
    ip: yiaddr === '0.0.0.0' ? undefined : yiaddr,
    siaddr,
    bootFile: file || readOption(options, 'bootFile'),
    hostname: readOption(options, 'hostName'),
    group: readOption(options, 'nisDomain'),
    extensionsPath: readOption(options, 'extensionsPath'),
  }
}

function decoded(bytes: Uint8Array): Packet | undefined {
  try {
    return decode(bytes)
  } catch {
    return undefined
  }
}
