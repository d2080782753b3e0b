import { createPinnedBootSets } from '@linbo/boot/boot-sets-pinned'
import { macFromName } from '@linbo/boot/file-role'
import type { Parts } from '@linbo/launch'
import { type Arrival, DatagramSocket, type Destination, ipv4Text } from '@linbo/runtime/datagrams'
import { FrameCache } from './blocks.ts'
import type { TftpConfig } from './config.ts'
import { createFiles } from './files.ts'
import { collectGarbage } from './garbage.ts'
import { Loop } from './loop.ts'
import { LossMemory } from './loss.ts'
import type { News } from './news.ts'
import { Places } from './places.ts'
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

/** Serves files in a thread of its own: takes requests, finds them a place, keeps the clock. */
export class Engine {
  readonly port: number
  readonly #tell: (news: News) => void
  readonly #requests: DatagramSocket
  readonly #tools: Tools
  readonly #loop: Loop
  readonly #places: Places
  readonly #running = new Set<Work>()
  #idleSince = Number.POSITIVE_INFINITY
  #sweptAt = 0
  #fullLoggedAt = Number.NEGATIVE_INFINITY
  #told: { transfers: number; rootMissing: boolean } | undefined
  #listed: readonly DatagramSocket[] = []

  /**
   * @param now a steady clock, in milliseconds
   * @throws LinboError `UDP_PORT`
   */
  constructor(config: EngineConfig, tell: (news: News) => void, now: () => number) {
    this.#places = new Places(config)
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
    const bootSets = createPinnedBootSets(config.LINBO_DIR, now)
    const loss = new LossMemory()
    this.#tools = { config, files, bootSets, cache, ports, loop: this.#loop, tell, loss, now }
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
    // RFC 1123 4.2.3.5: nobody answers a broadcast, or everybody would.
    if (arrival.isBroadcast) return
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
    if (this.#places.isRepeated(key, bytes)) return
    this.#tell({ type: 'seen', ip, mac: macFromName(verdict.path) })
    if (!this.#places.makeRoom(ip)) {
      this.#tellFull(ip)
      return
    }
    const { path, isText, request } = verdict
    const work = new Work(this.#tools, { path, isText, request, client, ip })
    this.#places.give(key, work, bytes)
    this.#running.add(work)
    work.done.then(() => {
      this.#running.delete(work)
      this.#places.leave(key, work)
      this.#idleSince = this.#tools.now()
    })
  }

  /** The request is dropped: a client asks again, but gives up on an ERROR. */
  #tellFull(ip: string): void {
    const at = this.#tools.now()
    if (at - this.#fullLoggedAt < fullLogMs) return
    this.#fullLoggedAt = at
    const facts = { ip, transfers: this.#places.size }
    this.#log('warn', facts, 'too many transfers at once, requests are dropped')
  }

  /** The request port, then those of the transfers. */
  #sockets(): readonly DatagramSocket[] {
    const { all } = this.#tools.ports
    if (this.#listed.length !== all.length + 1) {
      this.#listed = [this.#requests, ...all.map((port) => port.socket)]
    }
    return this.#listed
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
      collectGarbage()
    }
    this.#tellState(this.#running.size, files.rootMissing)
  }

  #tellState(transfers: number, rootMissing: boolean): void {
    if (transfers === this.#told?.transfers && rootMissing === this.#told.rootMissing) return
    this.#told = { transfers, rootMissing }
    this.#tell({ type: 'state', ...this.#told })
  }

  #log(level: 'debug' | 'warn', facts: object, text: string): void {
    this.#tell({ type: 'log', level, facts, text })
  }
}
