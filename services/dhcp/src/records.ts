import {
  type Db,
  findHostByMac,
  findLeaseByIp,
  type HostRow,
  type LeaseRow,
  listHosts,
  listLeases,
  removeLease,
  saveLease,
} from '@linbo/db'
import type { Clock } from '@linbo/runtime'
import { type Finding, fixedAddress, type Lease, poolAddress } from './lease.ts'
import type { Request } from './request.ts'
import type { Subnet } from './subnet.ts'

/** OVMF waits almost four seconds before it takes an offer, a client on a bad link longer. */
const offerMs = 60_000
/** How long an address that was found in use is left alone. */
const declineMs = 600_000

/** A registered host, or undefined for a machine nobody registered. */
export type Host = HostRow | undefined

/** What we know about machines: hosts and leases in the database, offers and declined addresses in memory. */
export interface Records {
  host(mac: string): Promise<Host>
  /** The address this machine has or would get in a network. */
  find(request: Request, host: Host, subnet: Subnet): Promise<Finding>
  offered(mac: string, ip: string): void
  /** Stores the lease; ends every offer to this machine. */
  granted(mac: string, ip: string, hostname: string | null, seconds: number): Promise<Date>
  /** The client took another server's offer. */
  turnedDown(mac: string): void
  /** Somebody else uses the address. */
  declined(mac: string, ip: string): Promise<void>
  /** Ends a lease, but remembers whose it was. False when this machine does not hold the address. */
  released(mac: string, ip: string): Promise<Date | undefined>
}

export function createRecords(db: Db, clock: Clock): Records {
  let offers: Lease[] = []
  let declined: Lease[] = []
  const others = (mac: string) => offers.filter((one) => one.mac !== mac && isLive(one))
  const isLive = (lease: Lease) => lease.expiresAt > clock.now()

  return {
    host: (mac) => findHostByMac(db, mac),
    async find(request, host, subnet) {
      const now = clock.now()
      const holder = host?.ip ? await findLeaseByIp(db, host.ip) : undefined
      const lease = holder && leaseOf(holder)
      const fixed = fixedAddress(host?.ip ?? null, request.mac, subnet, lease, now)
      if (fixed && 'kind' in fixed) return fixed
      declined = declined.filter(isLive)
      const book = {
        leases: (await listLeases(db)).map(leaseOf),
        fixed: new Set((await listHosts(db)).flatMap((one) => one.ip ?? [])),
        offers,
        declined,
        now,
      }
      const finding = poolAddress(request.mac, request.address, subnet, book)
      if (!fixed) return finding
      if (finding.kind === 'address') return { ...finding, warning: fixed.problem }
      return { ...finding, reason: `${fixed.problem}; ${finding.reason}`, isWarning: true }
    },
    offered(mac, ip) {
      offers = [...offers.filter((one) => isLive(one) && !(one.mac === mac && one.ip === ip))]
      offers.push({ mac, ip, expiresAt: clock.now() + offerMs })
    },
    async granted(mac, ip, hostname, seconds) {
      offers = others(mac)
      const expiresAt = new Date(clock.now() + seconds * 1000)
      await saveLease(db, { mac, ip, hostname, expires_at: expiresAt })
      return expiresAt
    },
    turnedDown(mac) {
      offers = others(mac)
    },
    async declined(mac, ip) {
      offers = others(mac)
      declined.push({ mac, ip, expiresAt: clock.now() + declineMs })
      const lease = await findLeaseByIp(db, ip)
      if (lease?.mac === mac) await removeLease(db, mac)
    },
    async released(mac, ip) {
      const lease = await findLeaseByIp(db, ip)
      if (lease?.mac !== mac) return undefined
      const expiresAt = new Date(clock.now())
      await saveLease(db, { ...lease, expires_at: expiresAt })
      return expiresAt
    },
  }
}

function leaseOf(row: LeaseRow): Lease {
  return { mac: row.mac, ip: row.ip, expiresAt: row.expires_at.getTime() }
}
