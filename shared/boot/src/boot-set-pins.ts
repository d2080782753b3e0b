import type { BootSetFile } from './boot-set.ts'

/** Silence after which a client is done with its boot files, in milliseconds. It must cover the time to check an MD5. */
export const quietMs = 15_000
/** Silence after which a client may begin anew, in milliseconds: the next of several files is asked for sooner. */
export const restMs = 300
/** How long a checksum or kernel is expected to be followed by the initramfs when the same address begins again. */
export const pairMs = 5000
/** The same for an address that has not asked for an initramfs at all: it looks at checksums only. */
export const lookMs = 1000
/** The longest that an address which keeps beginning gets an old set for it, in milliseconds. */
export const repeatMs = 60_000
/**
 * The longest that a client gets more of an old set after the switch was noticed, in milliseconds. Behind a router that
 * hides a whole school it is never quiet.
 */
export const staleMs = 1_800_000

interface Pin {
  set: string
  /** What was asked for since the client got this set. */
  asked: Set<BootSetFile>
  /** Checksums and kernels that were asked for and not followed by the initramfs so far. */
  begun: number
  begunAt: number
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
 * meanwhile. One that begins anew after a moment, by asking for what it has had, gets the new set, unless somebody else
 * behind the same address is in the middle of something. Pure: times are given, in milliseconds of a steady clock.
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
  take(client: string, file: BootSetFile, current: string, now: number): string {
    this.#sweep(now)
    let pin = this.#pins.get(client)
    if (!pin || this.#isOver(pin, file, current, now)) {
      pin = newPin(current, pin?.open ?? 0, now)
      this.#pins.set(client, pin)
    } else if (pin.set === current) pin.staleAt = undefined
    else pin.staleAt ??= now
    pin.asked.add(file)
    if (file === 'linbofs64') pin.begun = Math.max(0, pin.begun - 1)
    else if (file === 'linbofs64.md5' || file === 'linbo64') {
      pin.begun++
      pin.begunAt = now
    }
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

  #isOver(pin: Pin, file: BootSetFile, current: string, now: number): boolean {
    if (pin.set === current) return false
    if (pin.staleAt !== undefined && now - pin.staleAt >= staleMs) return true
    if (pin.open > 0) return false
    return now - pin.lastAt >= quietMs || beginsAnew(pin, file, now)
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < quietMs) return
    this.#sweptAt = now
    for (const [client, pin] of this.#pins) {
      if (pin.open === 0 && now - pin.lastAt >= quietMs) this.#pins.delete(client)
    }
  }
}

function newPin(set: string, open: number, now: number): Pin {
  const begun = { asked: new Set<BootSetFile>(), begun: 0, begunAt: now }
  return { set, ...begun, open, lastAt: now, staleAt: undefined }
}

/** An initramfs that is asked for again goes with what was loaded before, unless nothing else was. */
function beginsAnew(pin: Pin, file: BootSetFile, now: number): boolean {
  const { asked, begun, begunAt, staleAt, lastAt } = pin
  if (!asked.has(file) || (file === 'linbofs64' && asked.size > 1)) return false
  if (staleAt !== undefined && now - staleAt >= repeatMs) return true
  if (now - lastAt < restMs) return false
  return begun === 0 || now - begunAt >= (asked.has('linbofs64') ? pairMs : lookMs)
}
