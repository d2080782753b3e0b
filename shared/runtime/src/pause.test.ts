import { describe, expect, it } from 'vitest'
import { pause } from './pause.ts'

describe('pause', () => {
  it('ends by itself, and not before other things had their turn', async () => {
    const order: string[] = []
    const waiting = pause(5, new AbortController().signal).then(() => order.push('pause'))
    setImmediate(() => order.push('turn'))
    await waiting
    expect(order).toEqual(['turn', 'pause'])
  })

  it('ends at once when the signal aborts, or has aborted before', async () => {
    const abort = new AbortController()
    const waiting = pause(600_000, abort.signal)
    abort.abort()
    await waiting
    await pause(600_000, abort.signal)
    expect(abort.signal.aborted).toBe(true)
  })
})
