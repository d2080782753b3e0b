import { parseAddress, printAddress } from './address.ts'
import { isUsable, type Subnet } from './subnet.ts'

/** An address somebody holds or held. */
export interface Lease {
  mac: string
  ip: string
  /** Milliseconds since 1970. */
  expiresAt: number
}

/** Everything that decides which addresses are taken. */
export interface Book {
  /** Leases as stored, also the expired ones: their holders get the same address again. */
  leases: Lease[]
  /** Addresses offered and not yet asked for. */
  offers: Lease[]
  /** Addresses somebody found in use by another machine. */
  declined: Lease[]
  /** Fixed addresses of registered hosts. */
  fixed: Set<string>
  now: number
}

/**
 * Which address a machine gets, and what we know of it: that it has or had this one, another one, or nothing.
 */
export type Finding =
  | { kind: 'address'; ip: string; record: 'this' | 'other' | 'nothing'; warning?: string }
  | { kind: 'none'; reason: string; isWarning: boolean; record: 'other' | 'nothing' }

/**
 * A registered host's own address, or why it cannot have that one here: it belongs to another network, or
 * somebody else still holds a lease on it (`holder`). Undefined for a host without a fixed address.
 */
export function fixedAddress(
  ip: string | null,
  mac: string,
  subnet: Subnet,
  holder: Lease | undefined,
  now: number,
): Finding | { problem: string } | undefined {
  if (ip === null) return undefined
  const number = parseAddress(ip)
  if (number === undefined || !isUsable(subnet, number)) {
    return { problem: `its address ${ip} is not one for ${subnet.name}` }
  }
  if (holder && holder.mac !== mac && holder.expiresAt > now) {
    return { problem: `its address ${ip} is still leased to ${holder.mac}` }
  }
  return { kind: 'address', ip, record: 'this' }
}

/**
 * An address from the network's pools (RFC 2131 4.3.1): the one this machine has or had, the one it asks for,
 * a fresh one, the one whose lease ended longest ago.
 */
export function poolAddress(
  mac: string,
  wanted: string | undefined,
  subnet: Subnet,
  book: Book,
): Finding {
  const live = (lease: Lease) => lease.expiresAt > book.now
  const mine = [...book.leases, ...book.offers.filter(live)].filter((lease) => lease.mac === mac)
  const record = mine.length > 0 ? 'other' : 'nothing'
  if (subnet.pools.length === 0) {
    return { kind: 'none', reason: `no pool for ${subnet.name}`, isWarning: false, record }
  }
  const taken = new Set(
    [
      ...book.leases.filter((lease) => live(lease) && lease.mac !== mac),
      ...book.offers.filter((lease) => live(lease) && lease.mac !== mac),
      ...book.declined.filter(live),
    ].map(({ ip }) => ip),
  )
  const isFree = (ip: string) => {
    const number = parseAddress(ip)
    if (number === undefined || !isUsable(subnet, number)) return false
    const inPool = subnet.pools.some(({ first, last }) => number >= first && number <= last)
    return inPool && !book.fixed.has(ip) && !taken.has(ip)
  }
  const before = mine.find(({ ip }) => isFree(ip))
  if (before) return { kind: 'address', ip: before.ip, record: 'this' }
  if (wanted && isFree(wanted)) return { kind: 'address', ip: wanted, record }
  const ended = new Map(book.leases.map((lease) => [lease.ip, lease.expiresAt]))
  let oldest: { ip: string; expiresAt: number } | undefined
  for (const pool of subnet.pools) {
    for (let number = pool.first; number <= pool.last; number += 1) {
      const ip = printAddress(number)
      if (!isFree(ip)) continue
      const expiresAt = ended.get(ip)
      if (expiresAt === undefined) return { kind: 'address', ip, record }
      if (!oldest || expiresAt < oldest.expiresAt) oldest = { ip, expiresAt }
    }
  }
  if (oldest) return { kind: 'address', ip: oldest.ip, record }
  return {
    kind: 'none',
    reason: `the pool of ${subnet.name} is exhausted`,
    isWarning: true,
    record,
  }
}
