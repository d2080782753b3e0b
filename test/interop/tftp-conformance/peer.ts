import assert from 'node:assert/strict'
import { openUdp, type UdpSocket } from '@linbo/runtime'
import { type Packet, parse, request } from './packet.ts'

/** A server, and the address of ours that we speak to it from. */
export interface Route {
  address: string
  port: number
  own: string
}

export interface Arrival {
  packet: Packet
  bytes: Buffer
  address: string
  port: number
  /** Milliseconds of a steady clock. */
  at: number
}

/** Longest wait for anything that must come. The servers of these tests may be very busy. */
const patienceMs = 10_000

/** A UDP socket that speaks TFTP by hand: it sends what it is told and answers nothing by itself. */
export class Peer {
  readonly server: Route
  readonly arrivals: Arrival[] = []
  /** Where the last answer to a request came from. */
  tid = 0
  #socket: UdpSocket | undefined
  #wake = () => {}

  private constructor(server: Route) {
    this.server = server
  }

  static async open(server: Route, own = server.own, port = 0): Promise<Peer> {
    const peer = new Peer(server)
    peer.#socket = await openUdp({
      port,
      address: own,
      purpose: 'TFTP conformance',
      recvBufferSize: 4 * 1024 * 1024,
      onMessage(message, from) {
        const bytes = Buffer.from(message)
        const at = performance.now()
        const { address, port } = from
        peer.arrivals.push({ packet: parse(bytes), bytes, address, port, at })
        peer.#wake()
      },
    })
    return peer
  }

  get port(): number {
    return this.#socket!.port
  }

  /** To the transfer, or to another port. */
  async send(bytes: Buffer, port = this.tid): Promise<void> {
    await this.#socket!.send(bytes, port, this.server.address)
  }

  /** Sends a request and resolves with the first answer. */
  async ask(file: string | Buffer, options: [string, string][] = [], mode = 'octet') {
    await this.send(request(file, options, mode), this.server.port)
    const first = await this.next()
    this.tid = first.port
    return first
  }

  /** The next packet. @throws when none comes in time. */
  async next(withinMs = patienceMs): Promise<Arrival> {
    const arrival = await this.poll(withinMs)
    assert(arrival, `nothing came within ${withinMs} ms`)
    return arrival
  }

  /** The next packet, which must be this DATA; earlier ones may be repeated before it. */
  async data(block: number): Promise<Arrival & { packet: { op: 'data' } }> {
    for (;;) {
      const arrival = await this.next()
      const { packet } = arrival
      assert(packet.op === 'data', `DATA ${block} expected, came ${JSON.stringify(packet)}`)
      if (packet.block === (block & 0xffff)) return { ...arrival, packet }
      const behind = (block - packet.block) & 0xffff
      assert(behind < 0x8000, `DATA ${block} expected, came DATA ${packet.block}`)
    }
  }

  /** Everything that comes from now on for that long. */
  async collect(ms: number): Promise<Arrival[]> {
    const got: Arrival[] = []
    const deadline = performance.now() + ms
    for (;;) {
      const arrival = await this.poll(deadline - performance.now())
      if (!arrival) return got
      got.push(arrival)
    }
  }

  /** The next packet, or undefined when none comes within that time. */
  async poll(ms: number): Promise<Arrival | undefined> {
    const deadline = performance.now() + ms
    while (this.arrivals.length === 0) {
      const left = deadline - performance.now()
      if (left <= 0) return undefined
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    return this.arrivals.shift()
  }

  async close(): Promise<void> {
    await this.#socket?.close()
  }
}
