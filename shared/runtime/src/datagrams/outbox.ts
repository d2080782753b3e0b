import { addressOf, Linux, lastErrno, libc } from './libc.ts'
import { Field, fields, type Ipv4Number, putWord, Size } from './message.ts'

/** Where a datagram goes, and which of our addresses it comes from (0: the routing table decides). */
export interface Destination {
  address: Ipv4Number
  port: number
  local: Ipv4Number
}

/** Bytes at a known place in memory, with what keeps them there. */
export interface Placed {
  bytes: Uint8Array
  at: number
}

/** Looks up once where bytes lie, for what is sent often. */
export function place(bytes: Uint8Array): Placed {
  // A short array is moved around by V8 until somebody asks for its buffer.
  return bytes.buffer && { bytes, at: addressOf(bytes) }
}

const slots = 1024
/** IP_PKTINFO with 12 bytes, then UDP_SEGMENT with 2, each rounded up to 8. */
const infoBytes = Size.controlHeader + 16
const controlBytes = infoBytes + Size.controlHeader + 8
/** Most datagrams that the kernel makes of one message, and the longest message. */
const mostSegments = 64
const longestMessage = 65_000
/** The longest datagram that fits an Ethernet frame: longer ones are fragmented, which excludes segmenting. */
const longestSegment = 1472

/**
 * Datagrams that wait to be sent from one socket, handed over with one system call. A row of datagrams of equal length
 * that lie one behind the other in memory goes as one message which the kernel cuts (UDP_SEGMENT, Linux 4.18).
 */
export class Outbox {
  readonly #fd: number
  readonly #names = new Uint8Array(slots * Size.name)
  readonly #control = new Uint8Array(slots * controlBytes)
  readonly #iovecs = new Uint8Array(slots * Size.iovec)
  readonly #headers = new Uint8Array(slots * Size.mmsghdr)
  readonly #name = fields(this.#names)
  readonly #info = fields(this.#control)
  readonly #iovec = fields(this.#iovecs)
  readonly #header = fields(this.#headers)
  readonly #held: (Uint8Array | undefined)[] = new Array(slots)
  readonly #segments = new Uint16Array(slots)
  #head = 0
  #tail = 0
  /** Messages that found no room, or that the kernel refused. */
  lost = 0

  constructor(fd: number) {
    this.#fd = fd
    const [names, control] = [addressOf(this.#names), addressOf(this.#control)]
    const iovecs = addressOf(this.#iovecs)
    for (let slot = 0; slot < slots; slot++) {
      this.#name.setUint16(slot * Size.name, Linux.AF_INET, true)
      const info = slot * controlBytes
      putWord(this.#info, info, Size.controlHeader + 12)
      this.#info.setInt32(info + 8, Linux.IPPROTO_IP, true)
      this.#info.setInt32(info + 12, Linux.IP_PKTINFO, true)
      putWord(this.#info, info + infoBytes, Size.controlHeader + 2)
      this.#info.setInt32(info + infoBytes + 8, Linux.SOL_UDP, true)
      this.#info.setInt32(info + infoBytes + 12, Linux.UDP_SEGMENT, true)
      const at = slot * Size.mmsghdr
      putWord(this.#header, at + Field.name, names + slot * Size.name)
      this.#header.setUint32(at + Field.nameLength, Size.name, true)
      putWord(this.#header, at + Field.iovec, iovecs + slot * Size.iovec)
      putWord(this.#header, at + Field.iovecs, 1)
      putWord(this.#header, at + Field.control, control + slot * controlBytes)
    }
  }

  /** Messages that wait because the socket's buffer is full. */
  get waiting(): number {
    return this.#tail - this.#head
  }

  /**
   * Queues `length` bytes from `offset`, as datagrams of `segment` bytes each (the last may be shorter). They must not
   * change until `flush` has sent them. What finds no room is lost, as on any network.
   */
  add(to: Destination, data: Placed, offset: number, length: number, segment: number): void {
    const isCut = length > segment && segment <= longestSegment
    const most = isCut
      ? segment * Math.min(mostSegments, Math.floor(longestMessage / segment))
      : segment
    for (let done = 0; ; done += most) {
      this.#put(to, data, offset + done, Math.min(most, length - done), segment)
      if (done + most >= length) return
    }
  }

  #put(to: Destination, data: Placed, offset: number, length: number, segment: number): void {
    if (this.#tail === slots) this.flush()
    if (this.#tail === slots) {
      this.lost++
      return
    }
    const slot = this.#tail++
    this.#name.setUint16(slot * Size.name + 2, to.port)
    this.#name.setUint32(slot * Size.name + 4, to.address, true)
    putWord(this.#iovec, slot * Size.iovec, data.at + offset)
    putWord(this.#iovec, slot * Size.iovec + 8, length)
    this.#info.setUint32(slot * controlBytes + Size.controlHeader + 4, to.local, true)
    this.#held[slot] = data.bytes
    this.#cut(slot, length > segment ? segment : 0)
  }

  /** Tells the kernel to make datagrams of `segment` bytes; 0 means one of everything. */
  #cut(slot: number, segment: number): void {
    this.#segments[slot] = segment
    this.#info.setUint16(slot * controlBytes + infoBytes + Size.controlHeader, segment, true)
    const control = slot * Size.mmsghdr + Field.controlLength
    this.#header.setUint32(control, segment > 0 ? controlBytes : infoBytes, true)
  }

  /** Sends what waits, until the socket's buffer is full. */
  flush(): void {
    while (this.#head < this.#tail) {
      const rest =
        this.#head === 0 ? this.#headers : this.#headers.subarray(this.#head * Size.mmsghdr)
      const sent: number = libc.sendmmsg(this.#fd, rest, this.waiting, Linux.MSG_DONTWAIT)
      if (sent > 0) {
        this.#head += sent
        continue
      }
      const errno = lastErrno()
      if (errno === 'EAGAIN' || errno === 'ENOBUFS') return
      if (errno === 'EINTR') continue
      this.#sendUncut(this.#head++)
    }
    this.#held.fill(undefined, 0, this.#tail)
    this.#head = 0
    this.#tail = 0
  }

  /** Sends a message datagram by datagram that an interface or kernel refused to cut; any other is lost. */
  #sendUncut(slot: number): void {
    const segment = this.#segments[slot] ?? 0
    if (segment === 0) {
      this.lost++
      return
    }
    this.#cut(slot, 0)
    const iovec = slot * Size.iovec
    const start = this.#iovec.getBigUint64(iovec, true)
    const length = this.#iovec.getUint32(iovec + 8, true)
    const header = this.#headers.subarray(slot * Size.mmsghdr, (slot + 1) * Size.mmsghdr)
    for (let done = 0; done < length; done += segment) {
      this.#iovec.setBigUint64(iovec, start + BigInt(done), true)
      putWord(this.#iovec, iovec + 8, Math.min(segment, length - done))
      if (libc.sendmmsg(this.#fd, header, 1, Linux.MSG_DONTWAIT) !== 1) this.lost++
    }
  }
}
