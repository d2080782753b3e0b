import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { BootCause, TransferResult } from '@linbo/bus'
import type { Slice } from './slice-cache.ts'

export interface Sent {
  result: TransferResult
  reason: string | null
  cause?: BootCause
}

class HungUp extends Error {}

/**
 * Sends the bytes from `start` to `end` as fast as the other side takes them, and ends the response. A response that
 * cannot be completed is broken off, so that nobody takes it for whole. Every turn of the event loop sends one slice
 * to each client; what a slow client has not taken yet is held by nobody but the cache.
 * @param options.stallMs how long the other side may take nothing at all.
 */
export async function sendSlices(
  outgoing: ServerResponse,
  options: {
    start: number
    end: number
    stallMs: number
    read(position: number): Promise<Slice>
    onSent(bytes: number): void
  },
): Promise<Sent> {
  let isStalled = false
  outgoing.setTimeout(options.stallMs, () => {
    isStalled = true
    outgoing.destroy()
  })
  try {
    for (let position = options.start; position < options.end; ) {
      const slice = await options.read(position)
      try {
        const bytes = slice.bytes.subarray(0, options.end - position)
        await write(outgoing, bytes)
        position += bytes.length
        options.onSent(bytes.length)
      } finally {
        slice.release()
      }
      await nextTurn()
    }
    await end(outgoing)
    return { result: 'ok', reason: null }
  } catch (error) {
    outgoing.destroy()
    if (isStalled) {
      return { result: 'failed', reason: 'the machine stopped reading', cause: 'client-silent' }
    }
    if (error instanceof HungUp) return { result: 'aborted', reason: 'the machine hung up' }
    return { result: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
}

/** Resolves when the kernel has taken the bytes. A response that waits behind another one on its connection waits. */
function write(outgoing: ServerResponse, bytes: Uint8Array): Promise<void> {
  return untilClose(outgoing, (done) => void outgoing.write(bytes, done))
}

/** Resolves when the kernel has taken everything. */
function end(outgoing: ServerResponse): Promise<void> {
  return untilClose(outgoing, (done) => void outgoing.end(() => done(null)))
}

/** The request closes with its connection, also while its response waits for another one to end. */
function untilClose(
  outgoing: ServerResponse,
  begin: (done: (error: Error | null | undefined) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const hungUp = () => reject(new HungUp())
    if (outgoing.req.destroyed) return hungUp()
    outgoing.req.once('close', hungUp)
    begin((error) => {
      outgoing.req.off('close', hungUp)
      if (error) hungUp()
      else resolve()
    })
  })
}
