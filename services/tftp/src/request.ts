import { decode, ErrorCode, type Packet, PacketError } from './packet.ts'
import { requestedPath } from './path.ts'

export type ReadRequest = Extract<Packet, { op: 'rrq' | 'wrq' }>

/** What to do about a datagram on the request port. */
export type Verdict =
  | { kind: 'read'; path: string; isText: boolean; request: ReadRequest }
  | { kind: 'refuse'; code: number; message: string; reason: string }
  | { kind: 'ignore'; reason: string }

/**
 * Judges a datagram. Only requests, and what pretends to be one, are answered; anything else that strays here
 * (a late ACK, an ERROR) is not, so that no two servers can keep each other busy.
 */
export function judge(bytes: Uint8Array): Verdict {
  let packet: Packet
  try {
    packet = decode(bytes)
  } catch (error) {
    if (!(error instanceof PacketError)) throw error
    if (bytes.length < 4 || !isAnswered(bytes)) return { kind: 'ignore', reason: error.message }
    return refuse(ErrorCode.illegalOperation, 'malformed request', error.message)
  }
  if (packet.op === 'wrq') {
    return refuse(ErrorCode.accessViolation, 'this server is read-only', 'a write request')
  }
  if (packet.op !== 'rrq') return { kind: 'ignore', reason: `${packet.op} outside a transfer` }
  if (packet.mode !== 'octet' && packet.mode !== 'netascii') {
    const message = 'only the modes octet and netascii are served'
    return refuse(ErrorCode.illegalOperation, message, `mode ${packet.mode}`)
  }
  const wanted = requestedPath(packet.file)
  if (wanted.kind === 'refused') {
    return refuse(ErrorCode.accessViolation, 'access violation', wanted.reason)
  }
  if (wanted.kind === 'hidden') {
    return refuse(ErrorCode.notFound, 'file not found', wanted.reason)
  }
  return { kind: 'read', path: wanted.path, isText: packet.mode === 'netascii', request: packet }
}

/** Malformed replies are ignored, malformed requests and unknown opcodes are not. */
function isAnswered(bytes: Uint8Array): boolean {
  const opcode = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)
  return opcode < 3 || opcode > 6
}

function refuse(code: number, message: string, reason: string): Verdict {
  return { kind: 'refuse', code, message, reason }
}
