import type { Logger } from '@linbo/log'
import type { Clock } from '@linbo/runtime'
import type { Outside } from './outside.ts'

/** Other DHCP servers on our networks. */
export interface ForeignServers {
  /** Their addresses, those of our own suite left out. */
  list(): string[]
  /** One was seen. @param mac where it could be learnt. */
  seen(ip: string, mac?: string): void
  /** Says that this server belongs to the suite, so that its other servers do not take it for a stranger. */
  announce(): void
}

/** A server that was not seen for so long is no longer listed. */
const knownMs = 900_000
/** The same server is news at most this often. */
const quietMs = 60_000

/**
 * Keeps the list, warns once of every server on it and publishes it.
 * @param networkOf the name of the network of ours that an address belongs to.
 */
export function createForeignServers(parts: {
  own: string
  outside: Outside
  log: Pick<Logger, 'warn'>
  clock: Clock
  networkOf(ip: string): string
}): ForeignServers {
  const { own, outside, log, clock, networkOf } = parts
  const strangers = new Map<string, number>()
  const told = new Map<string, number>()
  const isKnown = (ip: string) => (strangers.get(ip) ?? -knownMs) + knownMs > clock.now()

  async function judge(ip: string, mac: string | undefined): Promise<void> {
    const expected = await outside.isAnnounced(ip).catch(() => false)
    outside.publish('dhcp.server', { ip, mac: mac ?? null, network: networkOf(ip), expected })
    if (expected) return
    if (!isKnown(ip)) log.warn({ ip, mac }, 'another DHCP server answers on a network of ours')
    strangers.set(ip, clock.now())
  }

  return {
    list: () => [...strangers.keys()].filter(isKnown),
    announce: () => void outside.announce(own).catch(() => {}),
    seen(ip, mac) {
      const now = clock.now()
      if (ip === own || (told.get(ip) ?? -quietMs) + quietMs > now) return
      for (const [other, at] of told) if (at + quietMs <= now) told.delete(other)
      told.set(ip, now)
      void judge(ip, mac)
    },
  }
}
