import { macFromName } from '@linbo/boot/file-role'
import type { Parts } from '@linbo/launch'
import { type Arrival, DatagramSocket, type Destination, ipv4Text } from '@linbo/runtime/datagrams'
import { FrameCache } from './blocks.ts'
import type { TftpConfig } from './config.ts'
import { createFiles } from './files.ts'
import { Loop } from './loop.ts'
import { LossMemory } from './loss.ts'
import type { News } from './news.ts'
import { clientKey, TransferPorts } from './ports.ts'
import { judge } from './request.ts'
import { type Tools, Work } from './work.ts'

export type EngineConfig = TftpConfig &
  Pick<Parts['config'], 'LINBO_DIR' | 'LINBO_LISTEN' | 'LINBO_LOG_LEVEL'>

/** How long ports and blocks are kept after the last transfer. */
const coolDownMs = 10_000
/** At most this often it is told that requests are turned away. */
const fullLogMs = 10_000
const sweepMs = 1000
/** Room for the packets of a school that is switched on at once; the kernel may grant less. */
const bufferBytes = 4 * 1024 * 1024

interface Place {
  work: Work
  /** The request as it came, to tell its repetition from another wish. */
  request: Uint8Array
}

/** Serves files in a thread of its own: takes requests, finds them a place, keeps the clock. */
export class Engine {
  readonly port: number
  readonly #config: EngineConfig
  readonly #tell: (news: News) => void
  readonly #requests: DatagramSocket
  readonly #tools: Tools
  readonly #loop: Loop
  /** By our address, the client's address and its port. */
  readonly #places = new Map<string, Place>()
  readonly #perClient = new Map<string, number>()
  readonly #running = new Set<Work>()
  #idleSince = Number.POSITIVE_INFINITY
  #sweptAt = 0
  #fullLoggedAt = Number.NEGATIVE_INFINITY
  #told = ''
  #listed: readonly DatagramSocket[] = []

  /**
   * @param now a steady clock, in milliseconds
   * @throws LinboError `UDP_PORT`
   */
  constructor(config: EngineConfig, tell: (news: News) => void, now: () => number) {
    this.#config = config
    this.#tell = tell
    this.#requests = new DatagramSocket({
      address: config.LINBO_LISTEN,
      port: config.LINBO_TFTP_PORT,
      bufferBytes,
      purpose: 'TFTP',
      setting: 'LINBO_TFTP_PORT',
    })
    this.port = this.#requests.port
    const ports = new TransferPorts(config.LINBO_LISTEN, bufferBytes)
    this.#loop = new Loop(
      {
        sockets: () => this.#sockets(),
        receive: (index) => {
          if (index === 0) this.#requests.receive((arrival) => this.#take(arrival))
          else ports.all[index - 1]?.receive()
        },
        tick: (at) => this.#tick(at),
        transfers: () => this.#running.size,
      },
      now,
    )
    const cache = new FrameCache(config.LINBO_TFTP_CACHE_MB * 1024 * 1024)
    const files = createFiles(config.LINBO_DIR)
    const loss = new LossMemory()
    this.#tools = { config, files, cache, ports, loop: this.#loop, tell, loss, now }
  }

  async start(): Promise<void> {
    await this.#tools.files.check()
    this.#loop.start()
  }

  /** Tells clients that it stops; resolves when nothing is left open. */
  async stop(): Promise<void> {
    for (const work of this.#running) work.cancel('the server is stopping', true)
    await Promise.all([...this.#running].map((work) => work.done))
    this.#loop.stop()
    for (const { socket } of this.#tools.ports.all) socket.outbox.flush()
    this.#tools.ports.close()
    this.#requests.close()
  }

  #take(arrival: Arrival): void {
    const { bytes, address, port, local } = arrival
    const ip = ipv4Text(address)
    const client: Destination = { address, port, local }
    const verdict = judge(bytes)
    if (verdict.kind === 'ignore') {
      this.#log('debug', { ip, reason: verdict.reason }, 'datagram ignored')
      return
    }
    if (verdict.kind === 'refuse') {
      this.#log('debug', { ip, reason: verdict.reason }, 'request refused')
      this.#tools.ports.take(clientKey(client)).refuse(client, verdict.code, verdict.message)
      return
    }
    const key = `${local}/${address}:${port}`
    const present = this.#places.get(key)
    if (present) {
      const isRepeated = Buffer.compare(present.request, bytes) === 0
      if (isRepeated && !present.work.isAllSent) return
      this.#vacate(key, 'the client asked again from the same port')
    }
    this.#tell({ type: 'seen', ip, mac: macFromName(verdict.path) })
    if (!this.#makeRoom(ip)) return
    const { path, isText, request } = verdict
    const work = new Work(this.#tools, { path, isText, request, client, ip })
    this.#places.set(key, { work, request: Uint8Array.from(bytes) })
    this.#perClient.set(ip, (this.#perClient.get(ip) ?? 0) + 1)
    this.#running.add(work)
    work.done.then(() => {
      this.#running.delete(work)
      if (this.#places.get(key)?.work === work) this.#leave(key, ip)
      this.#idleSince = this.#tools.now()
    })
  }

  /** The request port, then those of the transfers. */
  #sockets(): readonly DatagramSocket[] {
    const { all } = this.#tools.ports
    if (this.#listed.length !== all.length + 1) {
      this.#listed = [this.#requests, ...all.map((port) => port.socket)]
    }
    return this.#listed
  }

  #leave(key: string, ip: string): void {
    this.#places.delete(key)
    const left = (this.#perClient.get(ip) ?? 1) - 1
    if (left > 0) this.#perClient.set(ip, left)
    else this.#perClient.delete(ip)
  }

  /** Gives a place away. The client is not told: it may already listen for another answer on that port. */
  #vacate(key: string, reason: string): void {
    const place = this.#places.get(key)
    if (!place) return
    this.#leave(key, place.work.wish.ip)
    place.work.cancel(reason, false)
  }

  /**
   * Finds a place for one more transfer, if need be that of the oldest client that never acknowledged
   * anything. When all are truly taken the request is dropped: a client asks again, but gives up on an ERROR.
   */
  #makeRoom(ip: string): boolean {
    const { LINBO_TFTP_TRANSFERS, LINBO_TFTP_TRANSFERS_PER_CLIENT } = this.#config
    const isOwnFull = (this.#perClient.get(ip) ?? 0) >= LINBO_TFTP_TRANSFERS_PER_CLIENT
    if (!isOwnFull && this.#places.size < LINBO_TFTP_TRANSFERS) return true
    for (const [key, { work }] of this.#places) {
      if (!work.isHalfOpen || (isOwnFull && work.wish.ip !== ip)) continue
      this.#vacate(key, 'others needed its place')
      return true
    }
    const at = this.#tools.now()
    if (at - this.#fullLoggedAt > fullLogMs) {
      this.#fullLoggedAt = at
      const facts = { ip, transfers: this.#places.size }
      this.#log('warn', facts, 'too many transfers at once, requests are dropped')
    }
    return false
  }

  #tick(at: number): void {
    for (const work of this.#running) work.tick(at)
    const { cache, files, ports } = this.#tools
    if (at - this.#sweptAt >= sweepMs) {
      this.#sweptAt = at
      for (const port of ports.all) port.sweep(at)
    }
    if (this.#running.size === 0 && at - this.#idleSince > coolDownMs) {
      this.#idleSince = Number.POSITIVE_INFINITY
      cache.clear()
      ports.close()
    }
    const state = { transfers: this.#running.size, rootMissing: files.rootMissing }
    const told = JSON.stringify(state)
    if (told === this.#told) return
    this.#told = told
    this.#tell({ type: 'state', ...state })
  }

  #log(level: 'debug' | 'warn', facts: object, text: string): void {
    this.#tell({ type: 'log', level, facts, text })
  }
}
