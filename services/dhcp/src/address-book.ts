import { parseAddress, printAddress } from './address.ts'
import { type Finding, fixedAddress, type Lease } from './lease.ts'
import { Pool } from './pool.ts'
import type { Subnet } from './subnet.ts'

/** OVMF waits almost four seconds before it takes an offer, a client on a bad link longer. */
const offerMs = 60_000
/** How long an address that was found in use is left alone. */
const inUseMs = 600_000

/** How many free addresses are looked through for a quiet one. */
const lookAhead = 64

interface Offer {
  mac: string
  ip: string
  until: number
}

/** A machine that wants an address. */
export interface Seeker {
  mac: string
  /** The address it asks for or has. */
  wanted: string | undefined
  /** Its fixed address, when it is registered with one. */
  fixed: string | null
}

/**
 * Who has which address: every lease, also the ended ones, because their holders get the same address again; offers
 * not yet taken; addresses that somebody uses without asking. All in memory; what has to last is stored by others.
 */
export class AddressBook {
  readonly #byMac = new Map<string, Lease>()
  readonly #byIp = new Map<string, Lease>()
  /** In the order in which they lapse, for they all last equally long. */
  readonly #offers = new Map<string, Offer>()
  readonly #offered = new Map<string, Offer>()
  readonly #inUse = new Map<string, number>()
  readonly #pools = new Map<Subnet, Pool>()
  readonly #isQuiet: (address: number) => boolean

  /** @param isQuiet true for addresses that were found unused a short while ago: a new machine gets those first. */
  constructor(subnets: Subnet[], isQuiet: (address: number) => boolean = () => true) {
    this.#isQuiet = isQuiet
    for (const subnet of subnets) this.#pools.set(subnet, new Pool(subnet))
  }

  leaseOf(mac: string): Lease | undefined {
    return this.#byMac.get(mac)
  }

  holderOf(ip: string): Lease | undefined {
    return this.#byIp.get(ip)
  }

  /** Sets which addresses belong to registered hosts. */
  reserve(addresses: string[]): void {
    const numbers = addresses.flatMap((ip) => parseAddress(ip) ?? [])
    for (const pool of this.#pools.values()) pool.reserve(numbers)
  }

  /** Writes a lease down, live or ended; the machine's offer is used up, and its earlier lease is over. */
  put(lease: Lease): void {
    const before = this.#byMac.get(lease.mac)
    if (before && before.ip !== lease.ip) {
      this.#byIp.delete(before.ip)
      this.#mark(before.ip, 0)
    }
    const holder = this.#byIp.get(lease.ip)
    if (holder && holder.mac !== lease.mac) this.#byMac.delete(holder.mac)
    this.turnDown(lease.mac)
    this.#byMac.set(lease.mac, lease)
    this.#byIp.set(lease.ip, lease)
    this.#mark(lease.ip, lease.expiresAt)
  }

  /** Forgets a machine's lease. */
  remove(mac: string): void {
    const lease = this.#byMac.get(mac)
    if (!lease) return
    this.#byMac.delete(mac)
    this.#byIp.delete(lease.ip)
    this.#mark(lease.ip, 0)
  }

  offer(mac: string, ip: string, now: number): void {
    for (const lapsed of this.#offers.values()) {
      if (lapsed.until > now) break
      this.turnDown(lapsed.mac)
    }
    this.turnDown(mac)
    const offer = { mac, ip, until: now + offerMs }
    this.#offers.set(mac, offer)
    this.#offered.set(ip, offer)
    const number = parseAddress(ip)
    if (number === undefined) return
    const until = Math.max(offer.until, this.#byIp.get(ip)?.expiresAt ?? 0)
    for (const pool of this.#pools.values()) pool.take(number, until)
  }

  /** The machine takes no offer of ours, or needs none any more. */
  turnDown(mac: string): void {
    const offer = this.#offers.get(mac)
    if (!offer) return
    this.#offers.delete(mac)
    if (this.#offered.get(offer.ip) !== offer) return
    this.#offered.delete(offer.ip)
    this.#mark(offer.ip, this.#byIp.get(offer.ip)?.expiresAt ?? 0)
  }

  hasOffer(mac: string, ip: string, now: number): boolean {
    const offer = this.#offers.get(mac)
    return offer?.ip === ip && offer.until > now
  }

  /** Somebody uses this address without having it from us. */
  foundInUse(ip: string, now: number, ms = inUseMs): void {
    const until = now + ms
    for (const [other, end] of this.#inUse) if (end <= now) this.#inUse.delete(other)
    this.#inUse.set(ip, until)
    const holder = this.#byIp.get(ip)
    this.#mark(ip, Math.max(until, holder?.expiresAt ?? 0))
  }

  isInUse(ip: string, now: number): boolean {
    return (this.#inUse.get(ip) ?? 0) > now
  }

  /** The address a machine has or would get in a network (RFC 2131 4.3.1). */
  find(seeker: Seeker, subnet: Subnet, now: number): Finding {
    const { mac, fixed } = seeker
    const taken = {
      holder: fixed ? this.#byIp.get(fixed) : undefined,
      isInUse: fixed !== null && this.isInUse(fixed, now),
    }
    const own = fixedAddress(fixed, mac, subnet, taken, now)
    if (own && 'kind' in own) return own
    const finding = this.#findInPool(seeker, subnet, now)
    if (!own) return finding
    if (finding.kind === 'address') return { ...finding, warning: own.problem }
    return { ...finding, reason: `${own.problem}; ${finding.reason}`, isWarning: true }
  }

  /** The addresses that machines we have no record of get next. */
  next(subnet: Subnet, now: number): number[] {
    return this.#pools.get(subnet)?.next(now, lookAhead) ?? []
  }

  /** From the pools: the address this machine has or had, the one it asks for, a fresh one, the longest unused one. */
  #findInPool({ mac, wanted }: Seeker, subnet: Subnet, now: number): Finding {
    const pool = this.#pools.get(subnet)
    const offer = this.#offers.get(mac)
    const mine = [this.#byMac.get(mac)?.ip, offer && offer.until > now ? offer.ip : undefined]
    const isKnown = mine.some((ip) => ip !== undefined)
    const record = isKnown ? 'other' : 'nothing'
    if (!pool || pool.size === 0) {
      return { kind: 'none', reason: `no pool for ${subnet.name}`, isWarning: false, record }
    }
    for (const ip of mine) {
      if (ip && this.#isFreeFor(mac, ip, pool, now)) return { kind: 'address', ip, record: 'this' }
    }
    if (wanted && this.#isFreeFor(mac, wanted, pool, now)) {
      return { kind: 'address', ip: wanted, record }
    }
    const found = pool.next(now, lookAhead)
    const free = found.find(this.#isQuiet) ?? found[0]
    if (free !== undefined) return { kind: 'address', ip: printAddress(free), record }
    return {
      kind: 'none',
      reason: `the pool of ${subnet.name} is exhausted`,
      isWarning: true,
      record,
    }
  }

  #isFreeFor(mac: string, ip: string, pool: Pool, now: number): boolean {
    const number = parseAddress(ip)
    if (number === undefined || !pool.has(number) || pool.isReserved(number)) return false
    if (this.isInUse(ip, now)) return false
    const holder = this.#byIp.get(ip)
    if (holder && holder.mac !== mac && holder.expiresAt > now) return false
    const offer = this.#offered.get(ip)
    return !(offer && offer.mac !== mac && offer.until > now)
  }

  #mark(ip: string, until: number): void {
    const number = parseAddress(ip)
    if (number === undefined) return
    const latest = Math.max(until, this.#inUse.get(ip) ?? 0)
    for (const pool of this.#pools.values()) pool.take(number, latest)
  }
}
