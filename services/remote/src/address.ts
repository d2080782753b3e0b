import type { Bus } from '@linbo/bus'
import { type Db, findHost, findLease, type HostRow } from '@linbo/db'

/** A host, and the address it has now: its fixed one, its lease's, or the one it was last seen with. */
export async function findAddress(
  db: Db,
  bus: Pick<Bus, 'state'>,
  hostname: string,
): Promise<{ host: HostRow; ip: string | null } | undefined> {
  const host = await findHost(db, hostname)
  if (!host) return undefined
  if (host.ip) return { host, ip: host.ip }
  const lease = await findLease(db, host.mac)
  if (lease && new Date(lease.expires_at).getTime() > Date.now()) return { host, ip: lease.ip }
  const seen = await bus.state.get<{ ip?: string | null }>(`host:${hostname}`)
  return { host, ip: seen?.ip ?? lease?.ip ?? null }
}
