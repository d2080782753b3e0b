/** Silence after which a client is done with its boot files, in milliseconds. It must cover the time to check an MD5. */
export const quietMs = 15_000
/**
 * The longest that a client gets more of an old set after the switch was noticed, in milliseconds. Behind a router that
 * hides a whole school it is never quiet.
 */
export const staleMs = 1_800_000

interface Pin {
  set: string
  /** Transfers under way. */
  open: number
  /** The last request, or the end of the last transfer. */
  lastAt: number
  /** When it was first asked for while another set was the current one. */
  staleAt: number | undefined
}

/**
 * Which client gets which set of boot files. All that an address asks for while it is active comes from one set: a
 * client that has the checksum gets the file it is of, and the kernel with its initramfs, whatever is switched
 * meanwhile. Pure: times are given, in milliseconds of a steady clock.
 */
export class BootSetPins {
  readonly #pins = new Map<string, Pin>()
  #sweptAt = Number.NEGATIVE_INFINITY

  get size(): number {
    return this.#pins.size
  }

  /**
   * The set for a request of this client. Each call is followed by one of `release`.
   * @param current the set that is the current one.
   */
  take(client: string, current: string, now: number): string {
    this.#sweep(now)
    const pin = this.#pins.get(client)
    if (!pin || this.#isOver(pin, current, now)) {
      this.#pins.set(client, {
        set: current,
        open: (pin?.open ?? 0) + 1,
        lastAt: now,
        staleAt: undefined,
      })
      return current
    }
    if (pin.set === current) pin.staleAt = undefined
    else pin.staleAt ??= now
    pin.open++
    pin.lastAt = now
    return pin.set
  }

  /** The request is done with, however it ended. */
  release(client: string, now: number): void {
    const pin = this.#pins.get(client)
    if (!pin) return
    pin.open = Math.max(0, pin.open - 1)
    pin.lastAt = now
  }

  /** The client's set is gone: from now on it gets this one. */
  move(client: string, set: string): void {
    const pin = this.#pins.get(client)
    if (!pin) return
    pin.set = set
    pin.staleAt = undefined
  }

  #isOver(pin: Pin, current: string, now: number): boolean {
    if (pin.set === current) return false
    if (pin.open === 0 && now - pin.lastAt >= quietMs) return true
    return pin.staleAt !== undefined && now - pin.staleAt >= staleMs
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < quietMs) return
    this.#sweptAt = now
    for (const [client, pin] of this.#pins) {
      if (pin.open === 0 && now - pin.lastAt >= quietMs) this.#pins.delete(client)
    }
  }
}
