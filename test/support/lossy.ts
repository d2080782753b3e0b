import { openUdp, type UdpSocket } from '@linbo/runtime'

export interface LossyOptions {
  /** The server behind the link. */
  address?: string
  port: number
  /** Where clients seem to be, for the server. */
  from?: string
  /** The same seed gives the same fate to the same packets in the same order. */
  seed: number
  /** Shares of packets, 0 to 1, in both directions. */
  loss?: number
  repeat?: number
  reorder?: number
}

export interface LossyLink {
  /** Where clients send to instead of the server. */
  readonly port: number
  readonly counts: { passed: number; lost: number; repeated: number; reordered: number }
  close(): Promise<void>
}

/** How long a packet that is to come late is held back, in milliseconds. */
const lateMs = 5

/**
 * A UDP link on loopback that loses, repeats and reorders packets. Every server port that answers a client gets a
 * port of its own on the client's side, as TFTP needs.
 */
export async function openLossyLink(options: LossyOptions): Promise<LossyLink> {
  const serverAddress = options.address ?? '127.0.0.1'
  const chance = random(options.seed)
  const counts = { passed: 0, lost: 0, repeated: 0, reordered: 0 }
  const sockets: UdpSocket[] = []
  const timers = new Set<NodeJS.Timeout>()
  const upstream = new Map<string, Promise<UdpSocket>>()
  let isClosed = false

  const open = async (
    onMessage: Parameters<typeof openUdp>[0]['onMessage'],
    address = '127.0.0.1',
  ) => {
    const socket = await openUdp({
      port: 0,
      address,
      purpose: 'lossy link',
      onMessage,
    })
    sockets.push(socket)
    return socket
  }

  const travel = (deliver: () => void) => {
    if (chance() < (options.loss ?? 0)) {
      counts.lost++
      return
    }
    counts.passed++
    if (chance() < (options.repeat ?? 0)) {
      counts.repeated++
      deliver()
    }
    if (chance() >= (options.reorder ?? 0)) return deliver()
    counts.reordered++
    const timer = setTimeout(() => {
      timers.delete(timer)
      deliver()
    }, lateMs)
    timers.add(timer)
  }

  const send = (socket: UdpSocket, bytes: Uint8Array, port: number, address: string) => {
    if (!isClosed) socket.send(bytes, port, address).catch(() => counts.lost++)
  }

  /** The client as the server sees it. */
  function connect(clientPort: number, clientAddress: string): Promise<UdpSocket> {
    const doors = new Map<number, Promise<UdpSocket>>()
    const toServer = open(async (bytes, from) => {
      let door = doors.get(from.port)
      if (!door) {
        door = open(async (reply) => {
          const out = await toServer
          travel(() => send(out, reply, from.port, serverAddress))
        })
        doors.set(from.port, door)
      }
      const out = await door
      travel(() => send(out, bytes, clientPort, clientAddress))
    }, options.from)
    return toServer
  }

  const front = await open(async (bytes, from) => {
    const key = `${from.address}:${from.port}`
    let socket = upstream.get(key)
    if (!socket) {
      socket = connect(from.port, from.address)
      upstream.set(key, socket)
    }
    const out = await socket
    travel(() => send(out, bytes, options.port, serverAddress))
  })

  return {
    port: front.port,
    counts,
    async close() {
      isClosed = true
      for (const timer of timers) clearTimeout(timer)
      await Promise.all(sockets.map((socket) => socket.close()))
    },
  }
}

/** A small generator of repeatable randomness (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
