import { readFileSync } from 'node:fs'

/** One message of a recorded exchange: the bytes put together from its text, and how long it was on the wire. */
export interface TracedMessage {
  name: string
  wireBytes: number
  bytes: Uint8Array
  text: string
}

/** The messages of `testdata/<file>`. The bytes are assembled here without the codec under test. */
export function readTrace(file: string): TracedMessage[] {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8')
  const messages = text.split(/\n(?=\d+\.\d{3} )/).filter((one) => one.trim() !== '')
  return messages.map((message) => {
    const [, name = '', size] = message.match(/^\S+ (\w+) .* (\d+) bytes/) ?? []
    return { name, wireBytes: Number(size), bytes: assemble(message, Number(size)), text: message }
  })
}

function assemble(text: string, size: number): Uint8Array {
  const field = (name: string) => text.match(new RegExp(`${name}=(\\S+)`))?.[1] ?? ''
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  const address = (one: string) => one.split('.').map(Number)
  const isReply = /^\S+ (OFFER|ACK|NAK)/.test(text)
  bytes.set([isReply ? 2 : 1, 1, 6, 0])
  view.setUint16(8, Number(field('secs')))
  view.setUint16(10, Number(field('flags')))
  for (const [index, name] of ['ciaddr', 'yiaddr', 'siaddr', 'giaddr'].entries()) {
    bytes.set(address(field(name)), 12 + index * 4)
  }
  bytes.set(
    field('chaddr')
      .split(':')
      .map((one) => Number.parseInt(one, 16)),
    28,
  )
  const bootFile = text.match(/ file='([^']*)'/)?.[1] ?? ''
  bytes.set(new TextEncoder().encode(bootFile), 108)
  view.setUint32(236, 0x63825363)
  let at = 240
  for (const [, code, value = ''] of text.matchAll(/^ +(\d+) .{22} (\S.*)$/gm)) {
    const raw = valueOf(Number(code), value.trim())
    bytes.set([Number(code), raw.length, ...raw], at)
    at += 2 + raw.length
  }
  bytes[at] = 255
  return bytes
}

function valueOf(code: number, value: string): number[] {
  const quoted = value.match(/^'(.*)'$/)?.[1]
  if (quoted !== undefined) return [...new TextEncoder().encode(quoted)]
  if (/^\d+\.\d+\.\d+\.\d+$/.test(value)) return value.split('.').map(Number)
  const number = Number.parseInt(value, 10)
  if (code === 53) return [number]
  if (code === 57 || code === 93) return [number >> 8, number & 255]
  if (code === 51 || code === 58 || code === 59) return [24, 16, 8, 0].map((bit) => (number >> bit) & 255)
  if (code === 55) return value.split(',').map(Number)
  return value.split(' ').map((one) => Number.parseInt(one, 16))
}
