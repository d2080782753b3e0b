/**
 * The bytes of TFTP (RFC 1350; options: RFC 2347).
 *
 *   RRQ/WRQ  | 01/02 | file name | 0 | mode | 0 | [ option | 0 | value | 0 ]… |
 *   DATA     | 03    | block (2) | 0 … blksize bytes |
 *   ACK      | 04    | block (2) |
 *   ERROR    | 05    | code (2)  | message | 0 |
 *   OACK     | 06    | [ option | 0 | value | 0 ]… |
 */
export type Packet =
  | { op: 'rrq' | 'wrq'; file: string; mode: string; options: Options }
  | { op: 'data'; block: number; data: Uint8Array }
  | { op: 'ack'; block: number }
  | { op: 'error'; code: number; message: string }
  | { op: 'oack'; options: Options }

/** Option name (lower case) to value, in the order of the packet. */
export type Options = Map<string, string>

/** What a packet begins with. */
export const Opcode = { rrq: 1, wrq: 2, data: 3, ack: 4, error: 5, oack: 6 } as const

/** RFC 1350 appendix, and 8 from RFC 2347. */
export const ErrorCode = {
  undefined: 0,
  notFound: 1,
  accessViolation: 2,
  illegalOperation: 4,
  unknownTransfer: 5,
  optionRefused: 8,
} as const

/** Length of a DATA packet's header in bytes. */
export const headerBytes = 4

/** These bytes are not a TFTP packet. */
export class PacketError extends Error {
  override readonly name = 'PacketError'
}

const fromUtf8 = new TextDecoder()
const toUtf8 = new TextEncoder()

/**
 * Reads one packet. Option names and the mode come out in lower case (both are case-insensitive); `data`
 * shares memory with `bytes`.
 * @throws PacketError
 */
export function decode(bytes: Uint8Array): Packet {
  const opcode = word(bytes, 0)
  switch (opcode) {
    case Opcode.rrq:
    case Opcode.wrq: {
      const file = text(bytes, 2)
      const mode = text(bytes, file.next)
      const options = readOptions(bytes, mode.next)
      const op = opcode === Opcode.rrq ? 'rrq' : 'wrq'
      return { op, file: file.value, mode: mode.value.toLowerCase(), options }
    }
    case Opcode.data:
      return { op: 'data', block: word(bytes, 2), data: bytes.subarray(headerBytes) }
    case Opcode.ack:
      return { op: 'ack', block: word(bytes, 2) }
    case Opcode.error:
      return { op: 'error', code: word(bytes, 2), message: lastText(bytes, 4) }
    case Opcode.oack:
      return { op: 'oack', options: readOptions(bytes, 2) }
    default:
      throw new PacketError(`opcode ${opcode} is unknown`)
  }
}

/** The block number of an ACK, without making an object of it; undefined for any other packet. */
export function ackNumber(bytes: Uint8Array): number | undefined {
  if (bytes.length < headerBytes || bytes[0] !== 0 || bytes[1] !== Opcode.ack) return undefined
  return word(bytes, 2)
}

/** Writes one packet. Block numbers beyond 65,535 start again at 0. */
export function encode(packet: Packet): Uint8Array {
  switch (packet.op) {
    case 'rrq':
    case 'wrq':
      return join(Opcode[packet.op], [packet.file, packet.mode, ...[...packet.options].flat()])
    case 'oack':
      return join(Opcode.oack, [...packet.options].flat())
    case 'data': {
      const bytes = new Uint8Array(headerBytes + packet.data.length)
      writeHeader(bytes, Opcode.data, packet.block)
      bytes.set(packet.data, headerBytes)
      return bytes
    }
    case 'ack': {
      const bytes = new Uint8Array(headerBytes)
      writeHeader(bytes, Opcode.ack, packet.block)
      return bytes
    }
    case 'error': {
      const message = toUtf8.encode(packet.message.replaceAll('\0', ' '))
      const bytes = new Uint8Array(headerBytes + message.length + 1)
      writeHeader(bytes, Opcode.error, packet.code)
      bytes.set(message, headerBytes)
      return bytes
    }
  }
}

/** Writes opcode and block number (or error code) to the first four bytes. */
export function writeHeader(bytes: Uint8Array, opcode: number, number: number): void {
  bytes[0] = 0
  bytes[1] = opcode
  bytes[2] = (number >> 8) & 0xff
  bytes[3] = number & 0xff
}

function word(bytes: Uint8Array, at: number): number {
  const high = bytes[at]
  const low = bytes[at + 1]
  if (high === undefined || low === undefined) throw new PacketError('packet is too short')
  return (high << 8) | low
}

function text(bytes: Uint8Array, start: number): { value: string; next: number } {
  const end = bytes.indexOf(0, start)
  if (end < 0) throw new PacketError('text without its closing zero')
  return { value: fromUtf8.decode(bytes.subarray(start, end)), next: end + 1 }
}

/** An ERROR's message; some clients leave out the closing zero or the message. */
function lastText(bytes: Uint8Array, start: number): string {
  const end = bytes.indexOf(0, start)
  return fromUtf8.decode(bytes.subarray(start, end < 0 ? bytes.length : end))
}

function readOptions(bytes: Uint8Array, start: number): Options {
  const options: Options = new Map()
  let at = start
  // A boot ROM may pad its request with zeros: an empty name ends the list.
  while (at < bytes.length && bytes[at] !== 0) {
    const name = text(bytes, at)
    const value = text(bytes, name.next)
    const key = name.value.toLowerCase()
    if (!options.has(key)) options.set(key, value.value)
    at = value.next
  }
  return options
}

function join(opcode: number, texts: string[]): Uint8Array {
  if (texts.some((one) => one.includes('\0'))) throw new PacketError('text contains a zero')
  const body = toUtf8.encode(texts.map((one) => `${one}\0`).join(''))
  const bytes = new Uint8Array(2 + body.length)
  bytes[1] = opcode
  bytes.set(body, 2)
  return bytes
}
