/**
 * What the kernel reads and writes about a datagram, on 64-bit Linux (`man 2 recvmmsg`, `man 7 ip`, `man 7 udp`).
 *
 *   mmsghdr  | name (8) | name length (4) | – (4) | iovec (8) | iovecs (8) | control (8) | control length (8) |
 *            | flags (4) | – (4) | bytes received (4) | – (4) |
 *   iovec    | address (8) | length (8) |
 *   name     | family (2) | port (2, big-endian) | IPv4 address (4) | – (8) |
 *   control  | length (8) | level (4) | type (4) | value …, rounded up to 8 |
 */
export const Size = { mmsghdr: 64, iovec: 16, name: 16, controlHeader: 16 } as const

/** Where the fields of an `mmsghdr` begin. */
export const Field = {
  name: 0,
  nameLength: 8,
  iovec: 16,
  iovecs: 24,
  control: 32,
  controlLength: 40,
  flags: 48,
  received: 56,
} as const

/** A view for fields in the processor's order, which is little-endian wherever this runs. */
export function fields(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Writes an address or length of 64 bits; memory addresses have at most 48. */
export function putWord(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true)
  view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true)
}

/** An IPv4 address as the number its four bytes make in little-endian order, the way the kernel's structures have it. */
export type Ipv4Number = number

export function ipv4Number(text: string): Ipv4Number {
  const parts = text.split('.').map(Number)
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) {
    throw new TypeError(`${text} is no IPv4 address`)
  }
  const [a = 0, b = 0, c = 0, d = 0] = parts
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0
}

export function ipv4Text(address: Ipv4Number): string {
  return `${address & 255}.${(address >>> 8) & 255}.${(address >>> 16) & 255}.${address >>> 24}`
}
