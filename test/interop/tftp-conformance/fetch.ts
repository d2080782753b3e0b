import assert from 'node:assert/strict'
import { ack, request } from './packet.ts'
import { Peer, type Route } from './peer.ts'

export interface FetchOptions {
  options?: [string, string][]
  mode?: string
  /** Awaited before each ACK; `true` loses that ACK. */
  beforeAck?(block: number, peer: Peer): Promise<boolean | undefined> | boolean | undefined
}

export interface Fetched {
  data: Buffer
  oack: Map<string, string>
  /** DATA packets that came, needed or not. */
  packets: number
  /** Blocks the file had. */
  blocks: number
}

/** The server ended it with an ERROR. */
export class Refused extends Error {
  readonly code: number
  constructor(code: number, text: string) {
    super(`error ${code}: ${text}`)
    this.code = code
  }
}

/** Silence after which something is said again, and how often before giving up. */
const silenceMs = 1000
const tries = 20

/**
 * Reads a whole file as RFC 1350, 2347, 2348 and 7440 say, and checks on the way that every packet comes from the same
 * port and that no block is too long.
 * @throws Refused
 */
export async function fetch(
  server: Route,
  file: string,
  { options = [], mode = 'octet', beforeAck }: FetchOptions = {},
): Promise<Fetched> {
  const peer = await Peer.open(server)
  const oack = new Map<string, string>()
  const parts: Buffer[] = []
  let [blksize, window, packets, acked, silences] = [512, 1, 0, 0, 0]
  let hasToldGap = false
  const say = () =>
    peer.tid === 0
      ? peer.send(request(file, options, mode), server.port)
      : peer.send(ack(parts.length))
  const confirm = async () => {
    acked = parts.length
    if (!(await beforeAck?.(parts.length, peer))) await say()
  }
  try {
    await say()
    for (;;) {
      const arrival = await peer.poll(silenceMs)
      if (!arrival) {
        assert(++silences < tries, `the server fell silent after block ${parts.length}`)
        await say()
        continue
      }
      silences = 0
      const { packet, port } = arrival
      if (packet.op === 'error') throw new Refused(packet.code, packet.text)
      peer.tid ||= port
      assert.equal(port, peer.tid, 'a packet came from another port')
      if (packet.op === 'oack' && parts.length === 0) {
        for (const [name, value] of packet.options) oack.set(name.toLowerCase(), value)
        blksize = Number(oack.get('blksize') ?? 512)
        window = Number(oack.get('windowsize') ?? 1)
        await confirm()
      }
      if (packet.op !== 'data') continue
      packets++
      assert(packet.data.length <= blksize, `a block of ${packet.data.length} bytes`)
      const ahead = ((packet.block - parts.length - 1) << 16) >> 16
      if (ahead === 0) {
        parts.push(packet.data)
        hasToldGap = false
        const isLast = packet.data.length < blksize
        if (isLast || parts.length - acked >= window) await confirm()
        if (isLast) return { data: Buffer.concat(parts), oack, packets, blocks: parts.length }
      } else if (ahead === -1 || (ahead > 0 && !hasToldGap)) {
        hasToldGap = ahead > 0
        acked = parts.length
        await say()
      }
    }
  } finally {
    await peer.close()
  }
}
