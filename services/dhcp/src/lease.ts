import { parseAddress } from './address.ts'
import { isUsable, type Subnet } from './subnet.ts'

/** An address somebody holds or held. */
export interface Lease {
  mac: string
  ip: string
  /** Null for a machine nobody registered. */
  hostname: string | null
  /** Milliseconds since 1970. */
  expiresAt: number
}

/**
 * Which address a machine gets, and what we know of it: that it has or had this one, another one, or nothing.
 */
export type Finding =
  | { kind: 'address'; ip: string; record: 'this' | 'other' | 'nothing'; warning?: string }
  | { kind: 'none'; reason: string; isWarning: boolean; record: 'other' | 'nothing' }

/**
 * A registered host's own address, or why it cannot have that one here: it belongs to another network,
 * somebody else still holds a lease on it (`holder`), or a machine was seen using it. Undefined for a host without a
 * fixed address.
 */
export function fixedAddress(
  ip: string | null,
  mac: string,
  subnet: Subnet,
  taken: { holder: Lease | undefined; isInUse: boolean },
  now: number,
): Finding | { problem: string } | undefined {
  if (ip === null) return undefined
  const number = parseAddress(ip)
  if (number === undefined || !isUsable(subnet, number)) {
    return { problem: `its address ${ip} is not one for ${subnet.name}` }
  }
  const { holder, isInUse } = taken
  if (holder && holder.mac !== mac && holder.expiresAt > now) {
    return { problem: `its address ${ip} is still leased to ${holder.mac}` }
  }
  if (isInUse) return { problem: `its address ${ip} is in use by another machine` }
  return { kind: 'address', ip, record: 'this' }
}
