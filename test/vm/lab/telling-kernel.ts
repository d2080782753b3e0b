/**
 * A kernel of 1,536 bytes that prints its command line on the first serial port and halts: enough to see what a boot
 * loader decided. It can be entered as GRUB does (32 bits) and as iPXE does (16 bits), see the kernel's
 * Documentation/x86/boot.rst.
 */
export function tellingKernel(): Uint8Array {
  const image = new Uint8Array(setupBytes + 512)
  const view = new DataView(image.buffer)
  const text = new TextEncoder()
  view.setUint8(0x1f1, setupBytes / 512 - 1)
  view.setUint32(0x1f4, 512 / 16, true)
  view.setUint16(0x1fe, 0xaa55, true)
  image.set([0xeb, code16At - 0x202], 0x200)
  image.set(text.encode('HdrS'), 0x202)
  view.setUint16(0x206, 0x020c, true)
  view.setUint8(0x211, 1)
  view.setUint32(0x214, loadAddress, true)
  view.setUint32(0x22c, 0x7fffffff, true)
  view.setUint32(0x230, 0x1000, true)
  view.setUint32(0x238, 2047, true)
  view.setBigUint64(0x258, BigInt(loadAddress), true)
  view.setUint32(0x260, 0x10000, true)
  image.set(code16, code16At)
  image.set(code32, setupBytes)
  return image
}

const setupBytes = 1024
const loadAddress = 0x100000
const code16At = 0x268

/** Waits until the port takes a character, and sends the one in ah. */
const send16 = [0xba, 0xfd, 3, 0xec, 0xa8, 0x20, 0x74, 0xf8, 0xba, 0xf8, 3, 0x88, 0xe0, 0xee]
const send32 = [
  0x66, 0xba, 0xfd, 3, 0xec, 0xa8, 0x20, 0x74, 0xf7, 0x66, 0xba, 0xf8, 3, 0x88, 0xe0, 0xee,
]
const newline = [0xb4, 0x0a]
const halt = [0xf4, 0xeb, 0xfd]

/** mov esi, [0x228]; then for each byte at the linear address esi until one is 0: send it. */
const code16 = loop(
  [0x66, 0x8b, 0x36, 0x28, 0x02],
  [
    ...[0x66, 0x89, 0xf0, 0x66, 0xc1, 0xe8, 0x04, 0x8e, 0xc0],
    ...[0x89, 0xf7, 0x83, 0xe7, 0x0f, 0x26, 0x8a, 0x05, 0x66, 0x46],
  ],
  send16,
)
/** mov esi, [esi + 0x228]; lodsb … */
const code32 = loop([0x8b, 0xb6, 0x28, 0x02, 0, 0], [0xac], send32)

function loop(begin: number[], fetch: number[], send: number[]): number[] {
  const take = [...fetch, 0x84, 0xc0, 0x74, 2 + send.length + 2, 0x88, 0xc4, ...send]
  return [...begin, ...take, 0xeb, 0x100 - take.length - 2, ...newline, ...send, ...halt]
}
