import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  encodeArgs,
  encodeProxyHeader,
  encodeRefusal,
  HandshakeError,
  HandshakeReader,
  handshakeLimits,
  hasSecludedArgs,
  parseAnswer,
  parseGreeting,
  printGreeting,
  toBytes,
  toText,
} from './handshake.ts'

// As sent by rsync 3.5.0 and by 3.1, which names no digests.
it('reads and prints greetings', () => {
  const line = '@RSYNCD: 32.0 sha512 sha256 sha1 md5 md4'
  const greeting = { protocol: 32, sub: 0, digests: ['sha512', 'sha256', 'sha1', 'md5', 'md4'] }
  expect(parseGreeting(line)).toEqual(greeting)
  expect(printGreeting(greeting)).toBe(`${line}\n`)
  expect(parseGreeting('@RSYNCD: 29')).toEqual({ protocol: 29, sub: 0, digests: [] })
})

it.each(['', 'GET / HTTP/1.1', '@RSYNCD: x', '@RSYNCD: 99999', '@RSYNCD: 31.0 \0'])(
  'does not take %j for a greeting',
  (line) => expect(() => parseGreeting(line)).toThrow(HandshakeError),
)

it('tells what a daemon answers', () => {
  expect(parseAnswer('@RSYNCD: OK')).toEqual({ kind: 'ok' })
  expect(parseAnswer('@RSYNCD: EXIT')).toEqual({ kind: 'exit' })
  expect(parseAnswer('@RSYNCD: AUTHREQD Qh/+x')).toEqual({ kind: 'challenge', challenge: 'Qh/+x' })
  expect(parseAnswer('@ERROR: no').kind).toBe('error')
  expect(parseAnswer('linbo \tfiles')).toEqual({ kind: 'text' })
})

it('takes lines, arguments and the rest out of any division of the stream', () => {
  const list = ['--server', '--sender', '-vLe.LsfxCIvu', '.', 'linbo/start.conf.win']
  const stream = toBytes(`@RSYNCD: 31.0\nlinbo\r\n${toText(encodeArgs([list], 31))}\x1exxh`)
  for (let cut = 0; cut <= stream.length; cut++) {
    const reader = new HandshakeReader()
    const lines: string[] = []
    let args: string[] | undefined
    for (const part of [stream.subarray(0, cut), stream.subarray(cut)]) {
      reader.push(part)
      for (let line = lines.length < 2 ? reader.line() : undefined; line !== undefined; ) {
        lines.push(line)
        line = lines.length < 2 ? reader.line() : undefined
      }
      if (lines.length === 2) args ??= reader.args('\0')
    }
    expect([lines, args, toText(reader.rest())]).toEqual([
      ['@RSYNCD: 31.0', 'linbo'],
      list,
      '\x1exxh',
    ])
  }
})

it('reads arguments of protocol 29, and a second, secluded list', () => {
  const reader = new HandshakeReader()
  reader.push(encodeArgs([['--server', '.', 'linbo/x']], 29))
  expect(reader.args('\n')).toEqual(['--server', '.', 'linbo/x'])
  const lists = [
    ['--server', '--sender', '-se.Lsf'],
    ['rsync', '.', 'linbo/\xe4'],
  ]
  reader.push(encodeArgs(lists, 31))
  expect([reader.args('\0'), reader.args('\0')]).toEqual(lists)
  expect(hasSecludedArgs(lists[0] ?? [])).toBe(true)
  // The s behind e is an ability, not the option.
  expect(hasSecludedArgs(['--server', '-Le.LsfxCIvu'])).toBe(false)
})

it('refuses lines and arguments beyond the limits, complete or not', () => {
  const long = 'x'.repeat(handshakeLimits.lineBytes + 1)
  for (const text of [long, `${long}\n`]) {
    const reader = new HandshakeReader()
    reader.push(toBytes(text))
    expect(() => reader.line()).toThrow(HandshakeError)
  }
  const reader = new HandshakeReader()
  reader.push(toBytes('x\0'.repeat(handshakeLimits.args + 1)))
  expect(() => reader.args('\0')).toThrow(HandshakeError)
  const wide = new HandshakeReader()
  wide.push(toBytes('x'.repeat(handshakeLimits.argBytes + 1)))
  expect(() => wide.args('\0')).toThrow(HandshakeError)
})

it('meets random bytes with nothing but HandshakeError', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (parts) => {
      const reader = new HandshakeReader()
      try {
        for (const part of parts) {
          reader.push(part)
          const line = reader.line()
          if (line !== undefined) parseAnswer(line)
          if (line !== undefined) parseGreeting(line)
          reader.args('\0')
        }
      } catch (error) {
        expect(error).toBeInstanceOf(HandshakeError)
      }
    }),
    { seed: 1, numRuns: 500 },
  )
})

it('keeps every byte of a name', () => {
  const every = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  expect(toBytes(toText(every))).toEqual(every)
})

it('prints refusals as messages of the binary part, by protocol', () => {
  const text = [3, 0, 0, 10, 110, 111, 10]
  expect([...encodeRefusal('no', 31)]).toEqual([0, 0, 0, 0, 0, ...text, 4, 0, 0, 93, 4, 0, 0, 0])
  expect([...encodeRefusal('no', 30)]).toEqual([0, 0, 0, 0, 0, ...text])
  expect([...encodeRefusal('no', 29)]).toEqual([0, 0, 0, 0, ...text])
})

it('prints the PROXY line', () => {
  const line = encodeProxyHeader(
    { address: '10.0.0.7', port: 40000 },
    { address: '10.0.0.1', port: 873 },
  )
  expect(toText(line)).toBe('PROXY TCP4 10.0.0.7 10.0.0.1 40000 873\r\n')
})
