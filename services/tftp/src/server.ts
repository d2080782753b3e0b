import { macFromName } from '@linbo/boot'
import type { Clock, Health, Service } from '@linbo/runtime'
import { FrameCache } from './blocks.ts'
import { createFiles } from './files.ts'
import type { TftpParts } from './index.ts'
import { type Door, type Listeners, openListeners } from './listeners.ts'
import { encode } from './packet.ts'
import { createPoll } from './poll.ts'
import { createReport } from './report.ts'
import { judge } from './request.ts'
import type { Client } from './session.ts'
import { type Tools, Work } from './work.ts'

/** How long blocks stay in memory after the last transfer. */
const coolDownMs = 10_000
/** At most this often it is logged that requests are turned away. */
const fullLogMs = 10_000

interface Place {
  work: Work
  /** The request as it came, to tell its repetition from another wish. */
  request: Uint8Array
}

export function createServer(parts: TftpParts, clock: Clock): Service {
  const { config, log, db, bus } = parts
  const tools: Tools = {
    config,
    files: createFiles(config.LINBO_DIR),
    cache: new FrameCache(config.LINBO_TFTP_CACHE_MB * 1024 * 1024),
    poll: createPoll(clock.now, () => running.size),
    report: createReport({ db, bus, log, clock }),
    clock,
    log,
  }
  /** By our address, the client's address and its port. */
  const places = new Map<string, Place>()
  const perClient = new Map<string, number>()
  const running = new Set<Work>()
  let listeners: Listeners | undefined
  let cancelCoolDown = () => {}
  let fullLoggedAt = Number.NEGATIVE_INFINITY

  function take(bytes: Uint8Array, from: Client, door: Door): void {
    tools.poll.touch()
    const ip = from.address
    const verdict = judge(bytes)
    if (verdict.kind === 'ignore') {
      log.debug({ ip, reason: verdict.reason }, 'datagram ignored')
      return
    }
    if (verdict.kind === 'refuse') {
      log.debug({ ip, reason: verdict.reason }, 'request refused')
      door.answer(encode({ op: 'error', code: verdict.code, message: verdict.message }), from)
      return
    }
    const key = `${door.address ?? ''}/${ip}:${from.port}`
    const present = places.get(key)
    if (present) {
      const isRepeated = Buffer.compare(present.request, bytes) === 0
      if (isRepeated && !present.work.isAllSent) return
      vacate(key, 'the client asked again from the same port')
    }
    tools.report.seen(ip, macFromName(verdict.path))
    if (!makeRoom(ip)) return
    cancelCoolDown()
    const { path, isText, request } = verdict
    const client = { address: ip, port: from.port }
    const work = new Work(tools, { path, isText, request, client, door })
    places.set(key, { work, request: Uint8Array.from(bytes) })
    perClient.set(ip, (perClient.get(ip) ?? 0) + 1)
    running.add(work)
    work.done.then(() => {
      running.delete(work)
      if (places.get(key)?.work === work) leave(key, ip)
      if (running.size === 0) cancelCoolDown = clock.after(coolDownMs, () => tools.cache.clear())
    })
  }

  function leave(key: string, ip: string): void {
    places.delete(key)
    const left = (perClient.get(ip) ?? 1) - 1
    if (left > 0) perClient.set(ip, left)
    else perClient.delete(ip)
  }

  /** Gives a place away. The client is not told: it may already listen for another answer on that port. */
  function vacate(key: string, reason: string): void {
    const place = places.get(key)
    if (!place) return
    leave(key, place.work.wish.client.address)
    place.work.cancel(reason, false)
  }

  /**
   * Finds a place for one more transfer, if need be that of the oldest client that never acknowledged
   * anything. When all are truly taken the request is dropped: a client asks again, but gives up on an ERROR.
   */
  function makeRoom(ip: string): boolean {
    const isOwnFull = (perClient.get(ip) ?? 0) >= config.LINBO_TFTP_TRANSFERS_PER_CLIENT
    if (!isOwnFull && places.size < config.LINBO_TFTP_TRANSFERS) return true
    for (const [key, { work }] of places) {
      if (!work.isHalfOpen || (isOwnFull && work.wish.client.address !== ip)) continue
      vacate(key, 'others needed its place')
      return true
    }
    if (clock.now() - fullLoggedAt > fullLogMs) {
      fullLoggedAt = clock.now()
      log.warn({ ip, transfers: places.size }, 'too many transfers at once, requests are dropped')
    }
    return false
  }

  return {
    name: 'tftp',
    async start() {
      await tools.files.check()
      listeners = await openListeners({
        address: config.LINBO_LISTEN,
        port: config.LINBO_TFTP_PORT,
        now: clock.now,
        onRequest: take,
        onError: (err) => log.warn({ err }, 'TFTP socket error'),
      })
    },
    async stop() {
      await listeners?.close()
      listeners = undefined
      for (const work of running) work.cancel('the server is stopping', true)
      await Promise.all([...running].map((work) => work.done))
      await tools.report.settled()
      tools.poll.stop()
      cancelCoolDown()
      tools.cache.clear()
    },
    health(): Health {
      if (!listeners) return { state: 'stopped' }
      const facts = {
        port: listeners.port,
        root: config.LINBO_DIR,
        transfers: running.size,
      }
      if (!tools.files.rootMissing) return { state: 'ok', facts }
      return { state: 'degraded', detail: `${config.LINBO_DIR} is missing`, facts }
    },
  }
}
