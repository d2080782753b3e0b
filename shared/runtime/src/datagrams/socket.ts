import { portError } from '../udp.ts'
import { type Arrival, Inbox } from './inbox.ts'
import { Linux, lastErrno, libc } from './libc.ts'
import { fields, ipv4Number } from './message.ts'
import { Outbox } from './outbox.ts'

export interface DatagramSocketOptions {
  /** 0 picks a free port. */
  port: number
  /** `0.0.0.0` for all addresses of this machine. */
  address: string
  /** Wanted sizes of the kernel's buffers, in bytes. It may grant less. */
  bufferBytes: number
  /** Named in errors: `TFTP`. */
  purpose: string
  /** The setting to change when the port cannot be bound: `LINBO_TFTP_PORT`. */
  setting?: string
}

const inbox = new Inbox()

/**
 * A UDP socket whose datagrams come and go many at a time, and which knows what address of ours each was sent to. It has
 * no events: `waitFor` tells when there is something to receive.
 */
export class DatagramSocket {
  readonly fd: number
  readonly port: number
  readonly outbox: Outbox
  #isOpen = true

  /** @throws LinboError `UDP_PORT` naming the port and the setting to change. */
  constructor(options: DatagramSocketOptions) {
    const { AF_INET, SOCK_DGRAM, SOCK_NONBLOCK, SOCK_CLOEXEC } = Linux
    const fail = () => portError({ code: lastErrno() }, 'UDP', options)
    this.fd = libc.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
    if (this.fd < 0) throw fail()
    const name = new Uint8Array(128)
    const view = fields(name)
    view.setUint16(0, AF_INET, true)
    view.setUint16(2, options.port)
    view.setUint32(4, ipv4Number(options.address), true)
    if (libc.bind(this.fd, name, 16) < 0) {
      const error = fail()
      libc.close(this.fd)
      throw error
    }
    this.#set(Linux.IPPROTO_IP, Linux.IP_PKTINFO, 1)
    this.#enlarge(Linux.SO_RCVBUFFORCE, Linux.SO_RCVBUF, options.bufferBytes)
    this.#enlarge(Linux.SO_SNDBUFFORCE, Linux.SO_SNDBUF, options.bufferBytes)
    const length = new Uint8Array(128)
    fields(length).setUint32(0, 16, true)
    libc.getsockname(this.fd, name, length)
    this.port = view.getUint16(2)
    this.outbox = new Outbox(this.fd)
  }

  /** Hands waiting datagrams to `take`, at most 64. @returns how many there were. */
  receive(take: (arrival: Arrival) => void): number {
    return this.#isOpen ? inbox.receive(this.fd, take) : 0
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    libc.close(this.fd)
  }

  #set(level: number, name: number, value: number): boolean {
    const bytes = new Uint8Array(128)
    fields(bytes).setInt32(0, value, true)
    return libc.setsockopt(this.fd, level, name, bytes, 4) === 0
  }

  /** Beyond the system's limit only where we may. */
  #enlarge(force: number, ask: number, bytes: number): void {
    if (!this.#set(Linux.SOL_SOCKET, force, bytes)) this.#set(Linux.SOL_SOCKET, ask, bytes)
  }
}

const pollFields = 8
const pollMemory = new Uint8Array(pollFields * 64)
const pollView = fields(pollMemory)

/**
 * Blocks the thread until one of the sockets (64 at most) has something to receive, or room for what its outbox holds.
 * @param ms longest wait; 0 only looks.
 * @returns whether there is anything.
 */
export function waitFor(sockets: readonly DatagramSocket[], ms: number): boolean {
  for (let index = 0; index < sockets.length; index++) {
    const { fd, outbox } = sockets[index] as DatagramSocket
    pollView.setInt32(index * pollFields, fd, true)
    const wanted = outbox.waiting > 0 ? Linux.POLLIN | Linux.POLLOUT : Linux.POLLIN
    pollView.setInt16(index * pollFields + 4, wanted, true)
  }
  return libc.poll(pollMemory, sockets.length, ms) > 0
}

/** After `waitFor`: whether the socket at that place in the list has something to receive. */
export function hasArrivals(index: number): boolean {
  return (pollView.getInt16(index * pollFields + 6, true) & ~Linux.POLLOUT) !== 0
}
