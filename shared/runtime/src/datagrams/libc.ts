import { endianness, constants as os } from 'node:os'
import koffi from 'koffi'
import { LinboError } from '../errors.ts'

if (endianness() !== 'LE' || koffi.sizeof('void *') !== 8) {
  throw new LinboError('DATAGRAMS_PLATFORM', 'this processor is not supported', {
    fix: 'Run on 64-bit Linux: x86-64, ARM64 or RISC-V.',
  })
}

const library = koffi.load(null)

/** The calls that Node does not offer: many datagrams at once, with their control data (`man 2 recvmmsg`). */
export const libc = {
  socket: library.func('int socket(int, int, int)'),
  bind: library.func('int bind(int, const void *, unsigned int)'),
  getsockname: library.func('int getsockname(int, void *, void *)'),
  setsockopt: library.func('int setsockopt(int, int, int, const void *, unsigned int)'),
  recvmmsg: library.func('int recvmmsg(int, void *, unsigned int, int, void *)'),
  sendmmsg: library.func('int sendmmsg(int, void *, unsigned int, int)'),
  poll: library.func('int poll(void *, unsigned long, int)'),
  close: library.func('int close(int)'),
}

/** Why the last call failed: `EAGAIN`. */
export function lastErrno(): string {
  const number = koffi.errno()
  return Object.entries(os.errno).find(([, value]) => value === number)?.[0] ?? `errno ${number}`
}

/**
 * Where the bytes lie. They stay there as long as something refers to the array: the caller holds it for as long as
 * the kernel may look.
 */
export function addressOf(bytes: ArrayBufferView): number {
  return Number(koffi.address(bytes))
}

/** Numbers of Linux that Node has no names for; the same on x86-64, ARM64 and RISC-V. */
export const Linux = {
  AF_INET: 2,
  SOCK_DGRAM: 2,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_BINDTODEVICE: 25,
  SO_SNDBUFFORCE: 32,
  SO_RCVBUFFORCE: 33,
  IPPROTO_IP: 0,
  IP_PKTINFO: 8,
  SOL_UDP: 17,
  UDP_SEGMENT: 103,
  MSG_DONTWAIT: 0x40,
  MSG_TRUNC: 0x20,
  POLLIN: 1,
  POLLOUT: 4,
} as const
