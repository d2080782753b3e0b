import type { BootCause, BootStep } from '@linbo/bus'
import type { Logger } from '@linbo/log'
import type { Clock } from '@linbo/runtime'
import { createAllowance } from './allowance.ts'
import type { Answer, Silence } from './answer.ts'
import type { Host } from './hosts.ts'
import type { Outside } from './outside.ts'
import type { Request } from './request.ts'

/** The same warning comes at most this often. */
const quietMs = 60_000
/** Strangers that may be told of at once, and then per second: a flood of made-up machines is no news. */
const strangers = { burst: 200, perSecond: 50 }

/** Tells log and bus what was answered, and why something was not. */
export interface Teller {
  answered(request: Request, host: Host, answer: Answer): void
  ignored(request: Request, host: Host, why: Silence): void
  /** The machine asked another DHCP server for its address. */
  choseAnother(request: Request, host: Host): void
  /** @param expiresAt milliseconds since 1970 */
  leased(mac: string, ip: string, host: Host, expiresAt: number): void
  /** An address of ours is used by a machine that does not have it from us. */
  inUse(ip: string, mac: string): void
  /** One warning a minute per `topic`. */
  warn(topic: string, facts: object, message: string): void
}

export function createTeller(
  outside: Pick<Outside, 'publish'>,
  log: Pick<Logger, 'debug' | 'info' | 'warn'>,
  clock: Clock,
  onForeignServer: (ip: string) => void = () => {},
): Teller {
  const mayTell = createAllowance(strangers, clock.now)
  let warned = new Map<string, number>()
  const warn = (topic: string, facts: object, message: string) => {
    const now = clock.now()
    if ((warned.get(topic) ?? -quietMs) + quietMs > now) return log.debug(facts, message)
    warned = new Map([...warned].filter(([, at]) => at + quietMs > now))
    warned.set(topic, now)
    log.warn(facts, message)
  }
  const machineOf = (request: Request, host: Host, ip?: string) => ({
    ...{ host: host?.hostname ?? null, mac: request.mac },
    ip: ip ?? (request.packet.ciaddr === '0.0.0.0' ? null : request.packet.ciaddr),
  })
  const step = (
    request: Request,
    host: Host,
    facts: { ip?: string; step: BootStep; detail: string; failed?: Failure | undefined },
  ) => {
    const firmware = request.class === 'firmware' ? { firmware: request.firmware } : {}
    const { failed, detail } = facts
    outside.publish('boot.step', {
      ...machineOf(request, host, facts.ip),
      ...{ step: facts.step, ok: failed === undefined, detail, ...firmware },
      ...(failed ? { cause: failed.cause, ...(failed.about ? { about: failed.about } : {}) } : {}),
    })
  }

  return {
    warn,
    answered(request, host, answer) {
      if (answer.kind === 'ignore') return
      const { mac } = request
      const isHeard = host !== undefined || mayTell()
      const facts =
        answer.kind === 'nak'
          ? { host: mac, reason: answer.reason }
          : { host: mac, ip: answer.ip, class: request.class, detail: answer.detail }
      if (answer.kind === 'offer' || !isHeard) log.debug(facts, `${answer.kind} sent`)
      else log.info(facts, answer.kind === 'nak' ? 'address refused' : 'request answered')
      if (!isHeard) return
      if (answer.kind === 'nak') {
        const failed = { cause: 'address-refused' as const, about: request.address }
        const name = stepOf(request, 'ack')
        if (name) step(request, host, { step: name, detail: answer.reason, failed })
        return
      }
      const { ip, detail } = answer
      outside.publish('host.seen', { ...machineOf(request, host, ip), by: 'dhcp' })
      const asked = stepOf(request, 'discover')
      if (asked && answer.kind === 'offer')
        step(request, host, { step: asked, detail: asking(request) })
      const name = stepOf(request, answer.kind)
      const lacksFile = request.class === 'firmware' && answer.bootFile === undefined
      const failed = lacksFile
        ? { cause: 'wrong-architecture' as const, about: `${request.arch ?? request.firmware}` }
        : undefined
      if (name) step(request, host, { ...(ip ? { ip } : {}), step: name, detail, failed })
      for (const text of answer.warnings) {
        warn(`${mac} ${text}`, { host: mac, reason: text }, 'answer is not what the host needs')
      }
    },
    ignored(request, host, { reason, isWarning, cause, about }) {
      const facts = { host: request.mac, wish: request.wish, reason }
      if (isWarning) warn(`${request.mac} ${reason}`, facts, 'machine gets no address')
      else log.debug(facts, 'request ignored')
      const name = stepOf(request, request.wish === 'discover' ? 'discover' : 'ack')
      if (cause && name && (host || mayTell())) {
        step(request, host, { step: name, detail: reason, failed: { cause, about } })
      }
      // It lives, even though we have nothing to say to it.
      if (host) outside.publish('host.seen', { ...machineOf(request, host), by: 'dhcp' })
    },
    choseAnother(request, host) {
      const about = request.server ?? ''
      onForeignServer(about)
      const detail = `it took the offer of the DHCP server ${about}`
      log.debug({ host: request.mac, server: about }, 'another server was chosen')
      const name = stepOf(request, 'ack')
      if (name && (host || mayTell())) {
        step(request, host, { step: name, detail, failed: { cause: 'foreign-server', about } })
      }
      if (host) outside.publish('host.seen', { ...machineOf(request, host), by: 'dhcp' })
    },
    leased(mac, ip, host, expiresAt) {
      if (!host && !mayTell()) return
      const expires = new Date(expiresAt).toISOString()
      outside.publish('lease.changed', {
        mac,
        ip,
        host: host?.hostname ?? null,
        expiresAt: expires,
      })
    },
    inUse(ip, mac) {
      warn(`in use ${ip}`, { ip, host: mac }, 'address is in use by another machine')
    },
  }
}

interface Failure {
  cause: BootCause
  about: string | undefined
}

/** Renewals, and clients that are neither boot code nor LINBO, are no step of a boot. */
function stepOf(request: Request, kind: 'discover' | 'offer' | 'ack'): BootStep | undefined {
  if (request.class === 'other' || request.wish === 'inform') return undefined
  if (request.class === 'linbo' && request.wish === 'extend') return undefined
  return `${request.class}-${kind}`
}

function asking({ class: from, firmware, location }: Request): string {
  const who = from === 'firmware' ? firmware : 'LINBO'
  return location ? `${who} asks through the relay of ${location}` : `${who} asks`
}
