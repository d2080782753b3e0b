import type { Bus, Events, EventType } from '@linbo/bus'
import {
  type Db,
  findLeaseByIp,
  type HostRow,
  hostsVersion,
  listHosts,
  listLeases,
} from '@linbo/db'
import type { Lease } from './lease.ts'
import { leaseOf, saveAll } from './lease-rows.ts'

/** What the server needs of the suite around it. Plain values only, because a thread may lie between them. */
export interface Outside {
  /** The registered hosts, or undefined when they are still those of the version that is known. */
  hosts(known: string | undefined): Promise<{ version: string; hosts: HostRow[] } | undefined>
  leases(): Promise<Lease[]>
  /** Stores leases in their order; `taken` where somebody else still has the address. */
  saveLeases(leases: Lease[]): Promise<('stored' | 'taken')[]>
  leaseOn(ip: string): Promise<Lease | undefined>
  /** Says for a quarter of an hour that this DHCP server belongs to the suite. */
  announce(ip: string): Promise<void>
  /** Another server of the suite has announced itself with this address. */
  isAnnounced(ip: string): Promise<boolean>
  publish<T extends EventType>(type: T, fields: Events[T]): void
}

const announcedMs = 900_000
const key = (ip: string) => `dhcp.server/${ip}`

export function createOutside(db: Db, bus: Pick<Bus, 'publish' | 'state'>): Outside {
  return {
    async hosts(known) {
      const version = await hostsVersion(db)
      return version === known ? undefined : { version, hosts: await listHosts(db) }
    },
    leases: async () => (await listLeases(db)).map(leaseOf),
    saveLeases: (leases) => saveAll(db, leases),
    async leaseOn(ip) {
      const row = await findLeaseByIp(db, ip)
      return row && leaseOf(row)
    },
    announce: (ip) => bus.state.set(key(ip), true, announcedMs),
    isAnnounced: async (ip) => (await bus.state.get(key(ip))) !== undefined,
    publish: (type, fields) => bus.publish(type, fields),
  }
}
