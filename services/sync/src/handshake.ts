/**
 * The text part of the rsync daemon protocol, both directions. Text is Latin-1, one character per byte, so that
 * names in any encoding come out as they went in.
 *
 *     daemon: @RSYNCD: 32.0 sha512 sha256 sha1 md5 md4\n      client: the same\n
 *     client: linbo\n                                         (a module, or empty or #list for the list)
 *     daemon: @RSYNCD: AUTHREQD <challenge>\n                 client: <user> <response>\n    (only with a password)
 *     daemon: @RSYNCD: OK\n                                   or @ERROR: <text>\n
 *     client: --server\0--sender\0-vLe.LsfxCIvu\0.\0linbo/start.conf.win11\0\0
 *
 * Before protocol 30 arguments end with \n instead of \0. What follows is binary.
 */
export class HandshakeError extends Error {
  override readonly name = 'HandshakeError'
}

export interface Greeting {
  /** Such as 31; a client may speak an older protocol than we. */
  protocol: number
  /** The part after the dot, 0 for released versions. */
  sub: number
  /** Digests for passwords, best first; empty when the peer does not say (MD5, before protocol 30 MD4). */
  digests: string[]
}

export const handshakeLimits = {
  lineBytes: 4096,
  argBytes: 65_536,
  args: 1000,
}

/** @throws HandshakeError when the line is no greeting. */
export function parseGreeting(line: string): Greeting {
  const found = /^@RSYNCD: (\d{1,3})(?:\.(\d{1,3}))?(?: ([A-Za-z0-9 ._-]*))?$/.exec(line)
  if (!found) throw new HandshakeError('the client does not speak the rsync daemon protocol')
  return {
    protocol: Number(found[1]),
    sub: Number(found[2] ?? 0),
    digests: (found[3] ?? '').split(' ').filter(Boolean),
  }
}

export function printGreeting(greeting: Greeting): string {
  return `${[`@RSYNCD: ${greeting.protocol}.${greeting.sub}`, ...greeting.digests].join(' ')}\n`
}

/** What a daemon answers to a module line, or to the response of a client. */
export type Answer =
  | { kind: 'ok' }
  | { kind: 'challenge'; challenge: string }
  | { kind: 'error'; text: string }
  /** A line of the message of the day or of the module list. */
  | { kind: 'text' }
  | { kind: 'exit' }

export function parseAnswer(line: string): Answer {
  if (line === '@RSYNCD: OK') return { kind: 'ok' }
  if (line === '@RSYNCD: EXIT') return { kind: 'exit' }
  const challenge = /^@RSYNCD: AUTHREQD (\S+)/.exec(line)
  if (challenge) return { kind: 'challenge', challenge: challenge[1] ?? '' }
  if (line.startsWith('@ERROR')) return { kind: 'error', text: line }
  return { kind: 'text' }
}

/** Latin-1 text → bytes. */
export function toBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff)
}

/** Bytes → Latin-1 text. */
export function toText(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}

/**
 * A client's arguments as they travel. With `-s` (secluded arguments) there are two lists: options first, the
 * rest, headed by a program name, in a second one.
 */
export function encodeArgs(lists: string[][], protocol: number): Uint8Array {
  const end = protocol >= 30 ? '\0' : '\n'
  const text = lists.map((list, index) => {
    const terminator = index === 0 ? end : '\0'
    return list.map((arg) => arg + terminator).join('') + terminator
  })
  return toBytes(text.join(''))
}

/** True when the first list announces a second one. */
export function hasSecludedArgs(first: string[]): boolean {
  return first.some(
    (arg) => arg === '--secluded-args' || arg === '--protect-args' || flags(arg).includes('s'),
  )
}

/** The single-letter options of an argument such as `-vLe.LsfxCIvu`: what follows `e` tells abilities. */
export function flags(arg: string): string {
  if (!/^-[A-Za-z0-9]/.test(arg)) return ''
  const end = arg.indexOf('e')
  return arg.slice(1, end < 0 ? undefined : end)
}

/**
 * Takes lines and argument lists out of a stream as they become complete.
 * @throws HandshakeError when a line or list is longer than the limits.
 */
export class HandshakeReader {
  #held: Uint8Array = new Uint8Array(0)

  push(bytes: Uint8Array): void {
    if (this.#held.length === 0) this.#held = bytes
    else {
      const joined = new Uint8Array(this.#held.length + bytes.length)
      joined.set(this.#held)
      joined.set(bytes, this.#held.length)
      this.#held = joined
    }
  }

  /** The next line without its end, or undefined while it is not complete. */
  line(): string | undefined {
    const end = this.#held.indexOf(10)
    if (
      end > handshakeLimits.lineBytes ||
      (end < 0 && this.#held.length > handshakeLimits.lineBytes)
    )
      throw new HandshakeError(`a line has more than ${handshakeLimits.lineBytes} bytes`)
    if (end < 0) return undefined
    const line = toText(this.#held.subarray(0, end)).replace(/\r$/, '')
    this.#held = this.#held.subarray(end + 1)
    return line
  }

  /** The next argument list, or undefined while its empty last argument has not come. */
  args(terminator: '\0' | '\n'): string[] | undefined {
    const stop = terminator.charCodeAt(0)
    const list: string[] = []
    let from = 0
    for (;;) {
      const end = this.#held.indexOf(stop, from)
      if (
        end > handshakeLimits.argBytes ||
        (end < 0 && this.#held.length > handshakeLimits.argBytes)
      )
        throw new HandshakeError(`the arguments have more than ${handshakeLimits.argBytes} bytes`)
      if (end < 0) return undefined
      if (end === from) {
        this.#held = this.#held.subarray(end + 1)
        return list
      }
      if (list.length === handshakeLimits.args)
        throw new HandshakeError(`there are more than ${handshakeLimits.args} arguments`)
      list.push(toText(this.#held.subarray(from, end)))
      from = end + 1
    }
  }

  /** What has come beyond the text part; the reader is empty afterwards. */
  rest(): Uint8Array {
    const rest = this.#held
    this.#held = new Uint8Array(0)
    return rest
  }
}

const multiplexBase = 7
const messageError = 3
const messageErrorExit = 86

/** Exit code a refused client ends with: requested action not supported. */
export const refusedExitCode = 4

/**
 * What a daemon says when it refuses after it has seen the arguments. The client is in the binary part by then:
 * no compatibility flags (one zero byte, from protocol 30 on), a checksum seed, then messages of four bytes —
 * length, and tag plus 7 in the highest byte — and their text.
 */
export function encodeRefusal(message: string, protocol: number): Uint8Array {
  const text = toBytes(`${message}\n`)
  const setup = protocol >= 30 ? [0, 0, 0, 0, 0] : [0, 0, 0, 0]
  const exit = [refusedExitCode, 0, 0, 0]
  return Uint8Array.from([
    ...setup,
    ...header(messageError, text.length),
    ...text,
    ...(protocol >= 31 ? [...header(messageErrorExit, exit.length), ...exit] : []),
  ])
}

function header(tag: number, length: number): number[] {
  return [length & 0xff, (length >> 8) & 0xff, (length >> 16) & 0xff, tag + multiplexBase]
}

/** The line that tells the daemon whom we speak for (PROXY protocol 1). */
export function encodeProxyHeader(
  client: { address: string; port: number },
  server: { address: string; port: number },
): Uint8Array {
  return toBytes(`PROXY TCP4 ${client.address} ${server.address} ${client.port} ${server.port}\r\n`)
}
