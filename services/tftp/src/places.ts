import type { Work } from './work.ts'

interface Place {
  work: Work
  /** The request as it came, to tell its repetition from another wish. */
  request: Uint8Array
}

export interface PlaceLimits {
  LINBO_TFTP_TRANSFERS: number
  LINBO_TFTP_TRANSFERS_PER_CLIENT: number
}

/** Who may transfer something now. A place belongs to a client's address and port, and to the address of ours it asked. */
export class Places {
  readonly #limits: PlaceLimits
  readonly #places = new Map<string, Place>()
  readonly #perClient = new Map<string, number>()

  constructor(limits: PlaceLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#places.size
  }

  /** True when this very request is being answered already. Another one from the same port ends what was there. */
  isRepeated(key: string, request: Uint8Array): boolean {
    const present = this.#places.get(key)
    if (!present) return false
    const isSame = Buffer.compare(present.request, request) === 0
    if (isSame && !present.work.isAllSent) return true
    this.#vacate(key, 'the client asked again from the same port')
    return false
  }

  /**
   * Finds room for one more transfer, if need be the place of the oldest client that never acknowledged anything.
   * @returns false when all are truly taken.
   */
  makeRoom(ip: string): boolean {
    const { LINBO_TFTP_TRANSFERS, LINBO_TFTP_TRANSFERS_PER_CLIENT } = this.#limits
    const isOwnFull = (this.#perClient.get(ip) ?? 0) >= LINBO_TFTP_TRANSFERS_PER_CLIENT
    if (!isOwnFull && this.size < LINBO_TFTP_TRANSFERS) return true
    for (const [key, { work }] of this.#places) {
      if (!work.isHalfOpen || (isOwnFull && work.wish.ip !== ip)) continue
      this.#vacate(key, 'others needed its place')
      return true
    }
    return false
  }

  give(key: string, work: Work, request: Uint8Array): void {
    const { ip } = work.wish
    this.#places.set(key, { work, request: Uint8Array.from(request) })
    this.#perClient.set(ip, (this.#perClient.get(ip) ?? 0) + 1)
  }

  /** The work is over; its place may already be another's. */
  leave(key: string, work: Work): void {
    if (this.#places.get(key)?.work !== work) return
    this.#places.delete(key)
    const { ip } = work.wish
    const left = (this.#perClient.get(ip) ?? 1) - 1
    if (left > 0) this.#perClient.set(ip, left)
    else this.#perClient.delete(ip)
  }

  /** Gives a place away. The client is not told: it may already listen for another answer on that port. */
  #vacate(key: string, reason: string): void {
    const work = this.#places.get(key)?.work
    if (!work) return
    this.leave(key, work)
    work.cancel(reason, false)
  }
}
