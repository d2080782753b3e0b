import type { BootStep, Bus } from '@linbo/bus'
import type { Logger } from '@linbo/log'
import type { Clock } from '@linbo/runtime'
import type { Answer } from './answer.ts'
import type { Host } from './records.ts'
import type { Request } from './request.ts'

/** The same warning comes at most this often. */
const quietMs = 60_000

/** Tells log and bus what was answered, and why something was not. */
export interface Teller {
  answered(request: Request, host: Host, answer: Answer): void
  ignored(request: Request, host: Host, reason: string, isWarning?: boolean): void
  leased(mac: string, ip: string, host: string | null, expiresAt: Date): void
  /** One warning a minute per `topic`. */
  warn(topic: string, facts: object, message: string): void
}

export function createTeller(bus: Pick<Bus, 'publish'>, log: Logger, clock: Clock): Teller {
  let warned = new Map<string, number>()
  const warn = (topic: string, facts: object, message: string) => {
    const now = clock.now()
    if ((warned.get(topic) ?? -quietMs) + quietMs > now) return log.debug(facts, message)
    warned = new Map([...warned].filter(([, at]) => at + quietMs > now))
    warned.set(topic, now)
    log.warn(facts, message)
  }

  return {
    warn,
    answered(request, host, answer) {
      const { mac } = request
      if (answer.kind === 'ignore') return
      if (answer.kind === 'nak') {
        log.info({ host: mac, reason: answer.reason }, 'address refused')
        return
      }
      const inUse = request.packet.ciaddr === '0.0.0.0' ? null : request.packet.ciaddr
      const machine = { host: host?.hostname ?? null, mac, ip: answer.ip ?? inUse }
      bus.publish('host.seen', { ...machine, by: 'dhcp' })
      const step = stepOf(request, answer.kind)
      if (step) {
        const ok = request.class !== 'firmware' || answer.bootFile !== undefined
        const firmware = request.class === 'firmware' ? { firmware: request.firmware } : {}
        bus.publish('boot.step', { ...machine, step, ok, detail: answer.detail, ...firmware })
      }
      for (const text of answer.warnings) {
        warn(`${mac} ${text}`, { host: mac, reason: text }, 'answer is not what the host needs')
      }
      const facts = { host: mac, ip: answer.ip, class: request.class, detail: answer.detail }
      if (answer.kind === 'ack') log.info(facts, 'request answered')
      else log.debug(facts, 'offer sent')
    },
    ignored(request, host, reason, isWarning = false) {
      const facts = { host: request.mac, wish: request.wish, reason }
      if (isWarning) warn(`${request.mac} ${reason}`, facts, 'machine gets no address')
      else log.debug(facts, 'request ignored')
      // Another server's client, and a host of ours: it lives, even though we have nothing to say to it.
      if (!host) return
      const ip = request.packet.ciaddr === '0.0.0.0' ? null : request.packet.ciaddr
      bus.publish('host.seen', { host: host.hostname, mac: request.mac, ip, by: 'dhcp' })
    },
    leased(mac, ip, host, expiresAt) {
      bus.publish('lease.changed', { mac, ip, host, expiresAt: expiresAt.toISOString() })
    },
  }
}

/** Renewals, and clients that are neither boot code nor LINBO, are no step of a boot. */
function stepOf(request: Request, kind: 'offer' | 'ack'): BootStep | undefined {
  if (request.class === 'other' || request.wish === 'inform') return undefined
  if (request.class === 'linbo') {
    if (request.wish === 'extend') return undefined
    return kind === 'offer' ? 'linbo-offer' : 'linbo-ack'
  }
  return kind === 'offer' ? 'firmware-offer' : 'firmware-ack'
}
