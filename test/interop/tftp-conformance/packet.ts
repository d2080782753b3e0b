/** TFTP packets as the tests write and read them: a codec of their own, so that a mistake of the server's is not shared. */
export type Packet =
  | { op: 'data'; block: number; data: Buffer }
  | { op: 'error'; code: number; text: string; isTerminated: boolean }
  | { op: 'oack'; options: [string, string][] }
  | { op: 'other'; opcode: number }

export const opcode = { rrq: 1, wrq: 2, data: 3, ack: 4, error: 5, oack: 6 }

export function numbers(...words: number[]): Buffer {
  const bytes = Buffer.alloc(words.length * 2)
  for (const [index, word] of words.entries()) bytes.writeUInt16BE(word & 0xffff, index * 2)
  return bytes
}

export const ack = (block: number) => numbers(opcode.ack, block)

export const error = (code: number, text = '') =>
  Buffer.concat([numbers(opcode.error, code), Buffer.from(`${text}\0`)])

/** A request with its fields as they are: names and values may be bytes, options may repeat. */
export function request(
  file: string | Buffer,
  options: [string, string][] = [],
  mode = 'octet',
  op = opcode.rrq,
): Buffer {
  const zero = Buffer.alloc(1)
  const fields = [file, mode, ...options.flat()].flatMap((field) => [Buffer.from(field), zero])
  return Buffer.concat([numbers(op), ...fields])
}

/** @throws Error for an OACK that no client can read. */
export function parse(bytes: Buffer): Packet {
  if (bytes.length < 4) return { op: 'other', opcode: bytes[1] ?? 0 }
  const op = bytes.readUInt16BE(0)
  if (op === opcode.data)
    return { op: 'data', block: bytes.readUInt16BE(2), data: bytes.subarray(4) }
  if (op === opcode.error) {
    const end = bytes.indexOf(0, 4)
    const isTerminated = end === bytes.length - 1
    const text = bytes.toString('utf8', 4, end < 0 ? bytes.length : end)
    return { op: 'error', code: bytes.readUInt16BE(2), text, isTerminated }
  }
  if (op !== opcode.oack) return { op: 'other', opcode: op }
  if (bytes.at(-1) !== 0) throw new Error('an OACK without its last zero')
  const fields = bytes.toString('utf8', 2, bytes.length - 1).split('\0')
  if (fields.length % 2 !== 0) throw new Error(`an OACK with half an option: ${fields.join(' ')}`)
  const options: [string, string][] = []
  for (let at = 0; at < fields.length; at += 2) options.push([fields[at]!, fields[at + 1]!])
  return { op: 'oack', options }
}
