import { isUsable, type Subnet } from './subnet.ts'

/**
 * The pool addresses of one network, and until when each is taken. They are given out in this order: never used,
 * then the one that has been free for the longest time. Times are milliseconds since 1970, or since a test began.
 */
export class Pool {
  readonly #ranges: { first: number; last: number; slot: number }[] = []
  readonly #addresses: Uint32Array
  /** Per slot; 0 for an address nobody ever had. */
  readonly #until: Float64Array
  /** Per slot: 1 where the address belongs to a registered host, 2 where no machine can have it. */
  readonly #reserved: Uint8Array
  /** Slots that were free when it was built, the next one at `#head`. */
  #queue: number[] = []
  #head = 0
  /** When building the queue again may find something. */
  #emptyUntil = 0

  constructor(subnet: Subnet) {
    const addresses: number[] = []
    for (const { first, last } of subnet.pools) {
      this.#ranges.push({ first, last, slot: addresses.length })
      for (let address = first; address <= last; address++) addresses.push(address)
    }
    this.#addresses = Uint32Array.from(addresses)
    this.#until = new Float64Array(addresses.length)
    this.#reserved = new Uint8Array(addresses.length)
    for (const [slot, address] of addresses.entries()) {
      if (!isUsable(subnet, address)) this.#reserved[slot] = 2
    }
  }

  get size(): number {
    return this.#addresses.length
  }

  has(address: number): boolean {
    return this.#slot(address) !== undefined
  }

  /** True for an address that belongs to a registered host, or that no machine can have. */
  isReserved(address: number): boolean {
    const slot = this.#slot(address)
    return slot !== undefined && this.#reserved[slot] !== 0
  }

  /** Sets which addresses belong to registered hosts and are given to nobody else. */
  reserve(addresses: Iterable<number>): void {
    for (let slot = 0; slot < this.#reserved.length; slot++) {
      if (this.#reserved[slot] === 1) this.#reserved[slot] = 0
    }
    for (const address of addresses) {
      const slot = this.#slot(address)
      if (slot !== undefined && this.#reserved[slot] === 0) this.#reserved[slot] = 1
    }
    this.#emptyUntil = 0
  }

  /** @param until 0 makes it an address that nobody ever had. */
  take(address: number, until: number): void {
    const slot = this.#slot(address)
    if (slot === undefined) return
    this.#until[slot] = until
    this.#emptyUntil = Math.min(this.#emptyUntil, until)
  }

  /** The free addresses that come next, at most `count`. */
  next(now: number, count: number): number[] {
    while (this.#head < this.#queue.length && !this.#isFree(this.#queue[this.#head] ?? 0, now)) {
      this.#head += 1
    }
    if (this.#head === this.#queue.length && now >= this.#emptyUntil) this.#build(now)
    const found: number[] = []
    for (let at = this.#head; at < this.#queue.length && found.length < count; at++) {
      const slot = this.#queue[at] ?? 0
      if (this.#isFree(slot, now)) found.push(this.#addresses[slot] ?? 0)
    }
    return found
  }

  #build(now: number): void {
    this.#queue = []
    this.#head = 0
    let soonest = Number.POSITIVE_INFINITY
    for (let slot = 0; slot < this.#until.length; slot++) {
      if (this.#isFree(slot, now)) this.#queue.push(slot)
      else if (this.#reserved[slot] === 0) soonest = Math.min(soonest, this.#until[slot] ?? 0)
    }
    if (this.#queue.length === 0) this.#emptyUntil = soonest
    const until = this.#until
    this.#queue.sort((a, b) => (until[a] ?? 0) - (until[b] ?? 0) || a - b)
  }

  #isFree(slot: number, now: number): boolean {
    return (this.#until[slot] ?? 0) <= now && this.#reserved[slot] === 0
  }

  #slot(address: number): number | undefined {
    for (const { first, last, slot } of this.#ranges) {
      if (address >= first && address <= last) return slot + address - first
    }
    return undefined
  }
}
