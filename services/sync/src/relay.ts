import type { Socket } from 'node:net'
import { HandshakeError, HandshakeReader } from './handshake.ts'

/** The other side closed the connection before it had said everything. */
export class PeerGone extends Error {
  override readonly name = 'PeerGone'
}

/** While text is read, no more than this is taken in beyond it. */
const maxHeldBytes = 262_144

/** Reads the text part of a connection, then hands over what follows. */
export function readText(socket: Socket) {
  const reader = new HandshakeReader()
  let held = 0
  let isGone = false
  let wake: () => void = () => {}
  const onData = (bytes: Buffer) => {
    reader.push(bytes)
    held += bytes.length
    if (held > maxHeldBytes) socket.pause()
    wake()
  }
  const onGone = () => {
    isGone = true
    wake()
  }
  socket.on('data', onData)
  socket.on('end', onGone)
  socket.on('close', onGone)

  async function next<T>(take: () => T | undefined): Promise<T> {
    for (;;) {
      const found = take()
      if (found !== undefined) return found
      if (isGone) throw new PeerGone('the connection was closed')
      if (held > maxHeldBytes) throw new HandshakeError('too much text')
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  return {
    line: () => next(() => reader.line()),
    args: (terminator: '\0' | '\n') => next(() => reader.args(terminator)),
    /** Stops reading text. The socket is paused; returns what came beyond it. */
    release(): Uint8Array {
      socket.pause()
      socket.off('data', onData)
      socket.off('end', onGone)
      socket.off('close', onGone)
      return reader.rest()
    },
  }
}

export type Text = ReturnType<typeof readText>

/** How long a client may take to close after the daemon has, and the daemon after the client has, in ms. */
const clientClosingMs = 30_000
const daemonClosingMs = 250

export interface Relayed {
  /** The client closed its side before the daemon did. */
  clientLeft: boolean
}

/**
 * Passes bytes both ways, with back-pressure, until both sides have closed. Neither a client nor a daemon that
 * breaks off does any harm to the other's last bytes.
 */
export function relay(
  client: Socket,
  daemon: Socket,
  counts: { down(bytes: number): void; up(bytes: number): void },
): Promise<Relayed> {
  return new Promise((resolve) => {
    let clientLeft = false
    let isDaemonDone = false
    const timers: NodeJS.Timeout[] = []
    const over = () => {
      if (!client.closed || !daemon.closed) return
      for (const timer of timers) clearTimeout(timer)
      resolve({ clientLeft })
    }
    const leave = () => {
      if (!isDaemonDone) clientLeft = true
      if (!daemon.writableEnded) daemon.end()
    }
    const done = () => {
      isDaemonDone = true
      if (client.writableEnded || client.closed) return
      client.end()
      timers.push(setTimeout(() => client.destroy(), clientClosingMs))
    }
    forward(daemon, client, counts.down)
    forward(client, daemon, counts.up)
    client.once('end', leave)
    daemon.once('end', done)
    client.once('close', () => {
      leave()
      // The daemon may still be reading the client's goodbye; what it goes on sending has nobody to read it.
      if (!daemon.closed) timers.push(setTimeout(() => daemon.destroy(), daemonClosingMs))
      over()
    })
    daemon.once('close', () => {
      done()
      over()
    })
    if (client.readableEnded || client.closed) leave()
    if (daemon.readableEnded || daemon.closed) done()
    if (client.closed) timers.push(setTimeout(() => daemon.destroy(), daemonClosingMs))
    client.resume()
    daemon.resume()
    over()
  })
}

function forward(from: Socket, to: Socket, count: (bytes: number) => void): void {
  from.on('data', (bytes: Buffer) => {
    count(bytes.length)
    if (to.writable && !to.write(bytes)) from.pause()
  })
  to.on('drain', () => from.resume())
  to.on('close', () => from.resume())
}
