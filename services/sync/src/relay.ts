import type { Socket } from 'node:net'
import { HandshakeError, HandshakeReader } from './handshake.ts'
import type { PooledSocket } from './pooled.ts'

/** The other side closed the connection before it had said everything. */
export class PeerGone extends Error {
  override readonly name = 'PeerGone'
}

/** While text is read, no more than this is taken in beyond it. */
const maxHeldBytes = 262_144

/** How bytes are listened to; returns how to stop. */
type Listen = (handler: (bytes: Uint8Array) => void) => () => void

/** Reads the text part of a client's connection. */
export function readClientText(socket: Socket): Text {
  return readText(socket, (handler) => {
    socket.on('data', handler)
    return () => socket.off('data', handler)
  })
}

/** Reads the text part of our connection to the daemon. */
export function readDaemonText(daemon: PooledSocket): Text {
  return readText(daemon.socket, (handler) => {
    daemon.handTo((bytes, done) => {
      handler(bytes.slice())
      done()
      return true
    })
    return () => {}
  })
}

/** Reads text, then hands over what follows. */
function readText(socket: Socket, listen: Listen) {
  const reader = new HandshakeReader()
  let held = 0
  let isGone = false
  let wake: () => void = () => {}
  const stop = listen((bytes) => {
    reader.push(bytes)
    held += bytes.length
    if (held > maxHeldBytes) socket.pause()
    wake()
  })
  const onGone = () => {
    isGone = true
    wake()
  }
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
      stop()
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
  link: PooledSocket,
  counts: { down(bytes: number): void; up(bytes: number): void },
): Promise<Relayed> {
  const daemon = link.socket
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
    forwardDown(link, client, counts.down)
    forwardUp(client, daemon, counts.up)
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

function forwardUp(client: Socket, daemon: Socket, count: (bytes: number) => void): void {
  client.on('data', (bytes: Buffer) => {
    count(bytes.length)
    if (daemon.writable && !daemon.write(bytes)) client.pause()
  })
  daemon.on('drain', () => client.resume())
  daemon.on('close', () => client.resume())
}

function forwardDown(daemon: PooledSocket, client: Socket, count: (bytes: number) => void): void {
  daemon.handTo((bytes, done) => {
    count(bytes.length)
    if (client.writable) return client.write(bytes, done)
    done()
    return true
  })
  client.on('drain', () => daemon.socket.resume())
  client.on('close', () => daemon.socket.resume())
}
