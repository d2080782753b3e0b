import { portError } from '../udp.ts'
import { Linux, lastErrno, libc } from './libc.ts'
import { fields, ipv4Number } from './message.ts'

/**
 * A UDP socket for one network interface, bound: it hears only what comes through that interface, broadcasts too, and
 * all it sends leaves there. Node cannot make one, but reads and writes it (`dgram`, `bind({ fd })`).
 * @returns the file descriptor, which the caller owns.
 * @throws LinboError `UDP_PORT` naming the port and the setting to change.
 */
export function openOnDevice(options: {
  device: string
  port: number
  address: string
  reuseAddr: boolean
  purpose: string
  setting?: string
}): number {
  const { AF_INET, SOCK_DGRAM, SOCK_NONBLOCK, SOCK_CLOEXEC } = Linux
  const fd: number = libc.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
  const on = new Uint8Array(128)
  on[0] = 1
  const device = new TextEncoder().encode(`${options.device}\0`)
  const name = new Uint8Array(128)
  const view = fields(name)
  view.setUint16(0, AF_INET, true)
  view.setUint16(2, options.port)
  view.setUint32(4, ipv4Number(options.address), true)
  const isBound =
    fd >= 0 &&
    (!options.reuseAddr ||
      libc.setsockopt(fd, Linux.SOL_SOCKET, Linux.SO_REUSEADDR, on, 4) === 0) &&
    libc.setsockopt(fd, Linux.SOL_SOCKET, Linux.SO_BINDTODEVICE, device, device.length) === 0 &&
    libc.bind(fd, name, 16) === 0
  if (isBound) return fd
  const error = portError({ code: lastErrno() }, 'UDP', options)
  if (fd >= 0) libc.close(fd)
  throw error
}
