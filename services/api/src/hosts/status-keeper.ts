import type { Bus, HostStatus } from '@linbo/bus'
import type { HostRow } from '@linbo/db'
import { hostKey, isNews, type StoredStatus, statusTtlMs } from './host-status.ts'

/** Keeps the status of every host in the shared state and tells when one changes. */
export interface StatusKeeper {
  get(hostname: string): HostStatus
  /** Believes this status from now on; `os` names the system that was started. */
  set(
    host: HostRow,
    change: { status: HostStatus; os?: string | null; ip?: string | null },
  ): Promise<void>
  /** A sign of life that changes nothing: the status is believed for longer. */
  renew(host: HostRow, ip: string | null): Promise<void>
  /** Statuses that nothing has confirmed for too long become unknown. */
  expire(): void
}

export async function createStatusKeeper(
  bus: Pick<Bus, 'publish' | 'state'>,
  now: () => number,
): Promise<StatusKeeper> {
  const known = new Map<string, { stored: StoredStatus; mac: string | null; until: number }>()
  for (const [key, stored] of await bus.state.list<StoredStatus>(hostKey(''))) {
    const until = now() + statusTtlMs[stored.status]
    known.set(key.slice(hostKey('').length), { stored, mac: null, until })
  }
  const store = async (host: HostRow, stored: StoredStatus) => {
    const ttlMs = statusTtlMs[stored.status]
    known.set(host.hostname, { stored, mac: host.mac, until: now() + ttlMs })
    await bus.state.set(hostKey(host.hostname), stored, ttlMs)
  }
  return {
    get: (hostname) => known.get(hostname)?.stored.status ?? 'unknown',
    async set(host, { status, os = null, ip = host.ip }) {
      const before = known.get(host.hostname)?.stored
      const stored: StoredStatus = { status, os, at: new Date(now()).toISOString(), ip }
      const isChange = isNews(before, stored)
      if (before && !isChange) stored.at = before.at
      await store(host, stored)
      if (!isChange) return
      bus.publish('host.status', { host: host.hostname, mac: host.mac, ip, status, os })
    },
    async renew(host, ip) {
      const before = known.get(host.hostname)?.stored
      if (before) await store(host, { ...before, ip: ip ?? before.ip })
    },
    expire() {
      for (const [hostname, { stored, mac, until }] of known) {
        if (until > now()) continue
        known.delete(hostname)
        bus.publish('host.status', {
          host: hostname,
          mac,
          ip: stored.ip,
          status: 'unknown',
          os: null,
        })
      }
    },
  }
}
