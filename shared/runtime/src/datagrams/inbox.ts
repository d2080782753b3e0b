import { addressOf, Linux, libc } from './libc.ts'
import { Field, fields, type Ipv4Number, putWord, Size } from './message.ts'

/** A datagram that came, valid until the next one: whoever needs it longer copies. */
export interface Arrival {
  /** What came; of a datagram longer than `longestBytes`, nothing. */
  bytes: Uint8Array
  address: Ipv4Number
  port: number
  /** Our address it was sent to (for a broadcast, that of the interface it came through). */
  local: Ipv4Number
  /** It was sent to many machines, not to ours alone. */
  isBroadcast: boolean
}

/** Datagrams taken with one system call. */
const slots = 64
/** A longer datagram is no packet of anybody we serve. */
export const longestBytes = 2048
const controlBytes = 64

/** Memory that the kernel fills with datagrams, of any socket of this thread. */
export class Inbox {
  readonly #payload = new Uint8Array(slots * longestBytes)
  readonly #names = new Uint8Array(slots * Size.name)
  readonly #control = new Uint8Array(slots * controlBytes)
  readonly #iovecs = new Uint8Array(slots * Size.iovec)
  readonly #headers = new Uint8Array(slots * Size.mmsghdr)
  readonly #header = fields(this.#headers)
  readonly #name = fields(this.#names)
  readonly #info = fields(this.#control)
  /** What was last handed over from each slot: most datagrams are as long as the one before. */
  readonly #views: Uint8Array[] = new Array(slots).fill(new Uint8Array())
  readonly #arrival: Arrival = {
    bytes: new Uint8Array(),
    address: 0,
    port: 0,
    local: 0,
    isBroadcast: false,
  }

  constructor() {
    const iovec = fields(this.#iovecs)
    const [payload, names] = [addressOf(this.#payload), addressOf(this.#names)]
    const [control, iovecs] = [addressOf(this.#control), addressOf(this.#iovecs)]
    for (let slot = 0; slot < slots; slot++) {
      putWord(iovec, slot * Size.iovec, payload + slot * longestBytes)
      putWord(iovec, slot * Size.iovec + 8, longestBytes)
      const at = slot * Size.mmsghdr
      putWord(this.#header, at + Field.name, names + slot * Size.name)
      putWord(this.#header, at + Field.iovec, iovecs + slot * Size.iovec)
      putWord(this.#header, at + Field.iovecs, 1)
      putWord(this.#header, at + Field.control, control + slot * controlBytes)
      this.#reset(slot)
    }
  }

  /** Hands what waits at the socket to `take`, at most 64 datagrams. @returns how many there were. */
  receive(fd: number, take: (arrival: Arrival) => void): number {
    const count: number = libc.recvmmsg(fd, this.#headers, slots, Linux.MSG_DONTWAIT, null)
    for (let slot = 0; slot < count; slot++) {
      const at = slot * Size.mmsghdr
      const arrival = this.#arrival
      const isCut = (this.#header.getInt32(at + Field.flags, true) & Linux.MSG_TRUNC) !== 0
      const length = isCut ? 0 : this.#header.getUint32(at + Field.received, true)
      arrival.bytes = this.#view(slot, length)
      arrival.port = this.#name.getUint16(slot * Size.name + 2)
      arrival.address = this.#name.getUint32(slot * Size.name + 4, true)
      this.#readInfo(slot, arrival)
      this.#reset(slot)
      take(arrival)
    }
    return Math.max(0, count)
  }

  #view(slot: number, length: number): Uint8Array {
    const last = this.#views[slot]
    if (last?.length === length) return last
    const start = slot * longestBytes
    const view = this.#payload.subarray(start, start + length)
    this.#views[slot] = view
    return view
  }

  /** The control data is one IP_PKTINFO: interface, our address, address in the datagram. */
  #readInfo(slot: number, arrival: Arrival): void {
    const length = this.#header.getUint32(slot * Size.mmsghdr + Field.controlLength, true)
    const isThere = length >= Size.controlHeader + 12
    const info = slot * controlBytes + Size.controlHeader
    arrival.local = isThere ? this.#info.getUint32(info + 4, true) : 0
    arrival.isBroadcast = isThere && this.#info.getUint32(info + 8, true) !== arrival.local
  }

  /** The kernel replaces lengths by what it wrote. */
  #reset(slot: number): void {
    const at = slot * Size.mmsghdr
    this.#header.setUint32(at + Field.nameLength, Size.name, true)
    putWord(this.#header, at + Field.controlLength, controlBytes)
  }
}
