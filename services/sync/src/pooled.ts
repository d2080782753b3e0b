import { connect, type NetConnectOpts, type Socket } from 'node:net'

/** Large reads, because each one costs a turn of the event loop: a quarter of the CPU time of 64 KiB ones. */
const readBytes = 262_144
const maxFree = 32

/** Buffers that nobody uses, for all connections. */
const free: Buffer[] = []
const give = () => free.pop() ?? Buffer.allocUnsafeSlow(readBytes)
const takeBack = (buffer: Buffer) => {
  if (free.length < maxFree) free.push(buffer)
}

/**
 * Gets bytes that are only lent: it calls `done` when it needs them no more, and returns false when it wants no
 * further ones until the socket is resumed.
 */
export type Taker = (bytes: Uint8Array, done: () => void) => boolean

export interface PooledSocket {
  socket: Socket
  /** Sets who gets what is read from now on. */
  handTo(taker: Taker): void
}

/** Connects to a loopback port and reads into pooled buffers instead of emitting `data`. */
export function connectPooled(port: number): PooledSocket {
  let lent = give()
  let taker: Taker = (_bytes, done) => {
    done()
    return true
  }
  const options: NetConnectOpts & { highWaterMark: number } = {
    port,
    host: '127.0.0.1',
    allowHalfOpen: true,
    noDelay: true,
    highWaterMark: writeAheadBytes,
    onread: {
      buffer: () => {
        lent = give()
        return lent
      },
      callback: (length) => {
        const buffer = lent
        return taker(buffer.subarray(0, length), () => takeBack(buffer))
      },
    },
  }
  const socket = connect(options)
  return {
    socket,
    handTo(next) {
      taker = next
    },
  }
}

/** How much may wait to be written to one side before the other is paused, in bytes. */
export const writeAheadBytes = 1_048_576
