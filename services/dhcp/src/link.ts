import { networkInterfaces } from 'node:os'
import { LinboError, openUdp, type UdpSocket } from '@linbo/runtime'
import type { InterfaceAddress } from './subnet.ts'

/** Where a message came from. */
export interface Arrival {
  address: string
  port: number
  /** Our address it was sent to, when it was sent to one and not to everybody. */
  to: string | undefined
}

export interface LinkOptions {
  port: number
  /** Our addresses in the networks we serve. */
  addresses: string[]
  purpose: string
  setting: string
  onMessage(bytes: Uint8Array, arrival: Arrival): void
  onError(error: Error): void
}

/** One UDP port on several networks. */
export interface Link {
  readonly port: number
  /** Sends from one of our addresses; a broadcast leaves through that address's interface alone. */
  send(bytes: Uint8Array, to: { address: string; port: number }, from?: string): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a socket on all addresses, which is the only kind that hears broadcasts, and one on each of our
 * addresses for sending: Linux sends 255.255.255.255 out of the interface that owns the sender's address,
 * whatever the routes say. The kernel hands unicast to the more exact socket, so nothing comes twice.
 * @throws LinboError `UDP_PORT` when the port is taken or not permitted.
 */
export async function openLink(options: LinkOptions): Promise<Link> {
  const { purpose, setting, onError } = options
  const shared = { purpose, setting, reuseAddr: true, broadcast: true, onError }
  const sockets = new Map<string, UdpSocket>()
  const close = async () => {
    await Promise.all([...sockets.values()].map((socket) => socket.close()))
  }
  const open = async (address: string, port: number, to: string | undefined) => {
    const socket = await openUdp({
      ...shared,
      port,
      address,
      recvBufferSize: 1 << 20,
      onMessage: (bytes, from) =>
        options.onMessage(bytes, { address: from.address, port: from.port, to }),
    })
    sockets.set(address, socket)
    return socket
  }
  try {
    if (options.port !== 0) await refuseTakenPort(options)
    const everybody = await open('0.0.0.0', options.port, undefined)
    for (const address of options.addresses) await open(address, everybody.port, address)
    return {
      port: everybody.port,
      send: (bytes, to, from) =>
        (sockets.get(from ?? '') ?? everybody).send(bytes, to.port, to.address),
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
