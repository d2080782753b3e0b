import { networkInterfaces } from 'node:os'
import { LinboError, openUdp, type UdpSocket } from '@linbo/runtime'
import type { InterfaceAddress } from './subnet.ts'

/** Where a message came from. */
export interface Arrival {
  address: string
  port: number
  /** Our address it was sent to, when it was sent to one and not to everybody. */
  to: string | undefined
  /** The interface it came through; for a message to one of our addresses, the one that has this address. */
  device: string | undefined
}

export interface LinkOptions {
  port: number
  /** Interfaces whose broadcasts are heard. */
  devices: string[]
  /** All our addresses: a relay, or a machine that extends its lease, may ask at any. */
  addresses: InterfaceAddress[]
  purpose: string
  setting: string
  onMessage(bytes: Uint8Array, arrival: Arrival): void
  onError(error: Error): void
}

/** One UDP port on several networks. */
export interface Link {
  readonly port: number
  /**
   * Sends from one of our addresses; a broadcast leaves through that address's interface alone. What cannot be sent is
   * told to `onError`.
   */
  send(bytes: Uint8Array, to: { address: string; port: number }, from?: string): void
  /** Sends to everybody on an interface. */
  broadcast(bytes: Uint8Array, device: string, port: number): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a socket per interface, which hears its broadcasts, and one per address of ours, which hears what is sent there
 * and sends: Linux sends 255.255.255.255 out of the interface that owns the sender's address, whatever the
 * routes say. The kernel hands unicast to the socket with the address, so nothing comes twice.
 * @throws LinboError `UDP_PORT` when the port is taken or not permitted.
 */
export async function openLink(options: LinkOptions): Promise<Link> {
  const { purpose, setting, onError } = options
  const shared = { purpose, setting, reuseAddr: true, broadcast: true, onError }
  const sockets = new Map<string, UdpSocket>()
  let port = options.port
  const onSent = (error: Error | null) => {
    if (error) onError(error)
  }
  const close = async () => {
    await Promise.all([...sockets.values()].map((socket) => socket.close()))
  }
  const open = async (
    name: string,
    place: { address?: string; device?: string },
    heard: object,
  ) => {
    const at = { to: undefined, device: undefined, ...heard }
    const socket = await openUdp({
      ...{ ...shared, ...place, port, recvBufferSize: 4 << 20 },
      onMessage: (bytes, { address, port }) => options.onMessage(bytes, { address, port, ...at }),
    })
    sockets.set(name, socket)
    port = socket.port
    return socket
  }
  try {
    if (port !== 0) await refuseTakenPort(options)
    for (const device of new Set(options.devices)) await open(device, { device }, { device })
    for (const { address, interface: device } of options.addresses) {
      await open(address, { address }, { to: address, device })
    }
    const [first] = sockets.values()
    return {
      port,
      send: (bytes, to, from) =>
        (sockets.get(from ?? '') ?? first)?.socket.send(bytes, to.port, to.address, onSent),
      broadcast: async (bytes, device, port) =>
        sockets.get(device)?.send(bytes, port, '255.255.255.255'),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Sockets that share a port would also share it with a stranger: an exclusive one finds him first. */
async function refuseTakenPort({ port, purpose, setting }: LinkOptions): Promise<void> {
  try {
    const probe = await openUdp({ port, address: '0.0.0.0', purpose, setting, onMessage() {} })
    await probe.close()
  } catch (error) {
    const { code, message, cause } = error as LinboError
    const isTaken = (cause as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE'
    if (!isTaken) throw error
    throw new LinboError(code, message, {
      fix: `Find it with: ss -lnpu 'sport = :${port}' — stop that DHCP server, run ours on another machine, or set LINBO_DHCP=off.`,
      cause,
    })
  }
}

/** This machine's IPv4 addresses. */
export function machineAddresses(): InterfaceAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter((one) => one.family === 'IPv4' && one.cidr)
      .map((one) => ({ interface: name, address: one.address, cidr: one.cidr ?? '' })),
  )
}
