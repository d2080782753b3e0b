import { networkInterfaces } from 'node:os'
import { openUdp, type UdpSocket } from '@linbo/runtime'
import type { Client } from './session.ts'

/** Where a request came in, so that the answer leaves from the address the client knows. */
export interface Door {
  /** Our address, or undefined when only the routing table can tell. */
  readonly address: string | undefined
  /** Sends from a port of its own: requests and answers never share one (RFC 1350 section 4). */
  answer(bytes: Uint8Array, to: Client): void
}

export interface Listeners {
  readonly port: number
  close(): Promise<void>
}

interface OpenDoor extends Door {
  sockets: UdpSocket[]
}

/** Room for the requests of a school that is switched on at once; the kernel may grant less. */
const recvBufferSize = 1024 * 1024
const rescanMs = 5000

/**
 * Listens on `address`. On 0.0.0.0, every address of this machine gets a socket of its own: Node does not
 * tell which address a datagram was sent to, and a client drops an answer that comes from another one.
 * An address that appears later is found when a request reaches the socket for all of them.
 * @throws LinboError `UDP_PORT`
 */
export async function openListeners(options: {
  address: string
  port: number
  now(): number
  onRequest(bytes: Uint8Array, from: Client, door: Door): void
  onError(error: Error): void
}): Promise<Listeners> {
  const doors = new Map<string, OpenDoor>()
  const everywhere = options.address === '0.0.0.0'
  let port = options.port
  let scannedAt = options.now()
  let scanning: Promise<void> | undefined
  let isClosed = false

  async function openDoor(address: string): Promise<void> {
    const own = everywhere && address === options.address ? undefined : address
    const shared = { address, purpose: 'TFTP', onError: options.onError }
    const answers = await openUdp({ ...shared, port: 0, onMessage: () => {} })
    const door: OpenDoor = {
      address: own,
      sockets: [answers],
      answer: (bytes, to) => answers.socket.send(bytes, to.port, to.address),
    }
    try {
      const requests = await openUdp({
        ...shared,
        port,
        setting: 'LINBO_TFTP_PORT',
        reuseAddr: everywhere,
        recvBufferSize,
        onMessage: (bytes, from) => {
          if (!own && everywhere) rescan()
          options.onRequest(bytes, from, door)
        },
      })
      port = requests.port
      door.sockets.push(requests)
      doors.set(address, door)
    } catch (error) {
      await answers.close()
      throw error
    }
  }

  async function scan(): Promise<void> {
    const present = ownAddresses()
    for (const [address, door] of doors) {
      if (address === options.address || present.includes(address)) continue
      doors.delete(address)
      await closeDoor(door)
    }
    for (const address of present) {
      if (doors.has(address) || isClosed) continue
      await openDoor(address).catch(options.onError)
    }
  }

  function rescan(): void {
    if (scanning || isClosed || options.now() - scannedAt < rescanMs) return
    scannedAt = options.now()
    scanning = scan().finally(() => {
      scanning = undefined
    })
  }

  async function close(): Promise<void> {
    isClosed = true
    await scanning
    await Promise.all([...doors.values()].map(closeDoor))
    doors.clear()
  }

  if (everywhere) {
    // Sockets that share a port would also share it with another program: make sure that it is free.
    const probe = await openUdp({
      port,
      address: options.address,
      purpose: 'TFTP',
      setting: 'LINBO_TFTP_PORT',
      onMessage: () => {},
    })
    port = probe.port
    await probe.close()
  }
  await openDoor(options.address)
  if (everywhere) await scan()
  return { port, close }
}

async function closeDoor(door: OpenDoor): Promise<void> {
  await Promise.all(door.sockets.map((socket) => socket.close()))
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((one) => one.family === 'IPv4')
    .map((one) => one.address)
}
