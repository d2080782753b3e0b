import { expect, it } from 'vitest'
import { createTransfer, type Effect, step } from './transfer.ts'

/** A small generator of repeatable randomness (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Runs a whole transfer in virtual time over a link that loses, repeats and reorders. */
function runOverLossyLink(options: { blocks: number; windowsize: number; seed: number }) {
  const chance = random(options.seed)
  const transfer = createTransfer({
    sizeBytes: options.blocks * 8 - 1,
    blksize: 8,
    windowsize: options.windowsize,
    hasOack: true,
    fixedMs: undefined,
    timeoutMs: 1000,
    retries: 10,
  })
  const events: { at: number; run(): void }[] = []
  let now = 0
  let deadline = Number.POSITIVE_INFINITY
  let result = ''
  let sent = 0
  // The client of RFC 7440: it acknowledges a full window, the last block
  // (again, when that comes again), and once per gap.
  let received = 0
  let inWindow = 0
  let toldGap = false
  let clientHeard = 0

  const travel = (run: () => void) => {
    const copies = chance() < 0.05 ? 0 : chance() < 0.02 ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      const at = now + (chance() < 0.02 ? 4 : 1)
      let place = events.length
      while (place > 0 && (events[place - 1]?.at ?? 0) > at) place--
      events.splice(place, 0, { at, run })
    }
  }
  const toServer = (block: number) =>
    travel(() => carryOut(step(transfer, { type: 'ack', block: block & 0xffff, at: now })))
  const clientAck = () => {
    inWindow = 0
    toServer(received)
  }
  const toClient = (block: number) => {
    sent++
    travel(() => {
      clientHeard = now
      if ((block & 0xffff) === ((received + 1) & 0xffff)) {
        received++
        inWindow++
        toldGap = false
        if (inWindow === options.windowsize || received === options.blocks) clientAck()
      } else if (inWindow === 0 && (block & 0xffff) === (received & 0xffff)) {
        clientAck()
      } else if (!toldGap) {
        toldGap = true
        clientAck()
      }
    })
  }
  const carryOut = (effects: Effect[]) => {
    for (const effect of effects) {
      if (effect.type === 'send-oack') travel(() => toServer(0))
      if (effect.type === 'arm') deadline = now + effect.ms
      if (effect.type === 'end') result = effect.result
      if (effect.type !== 'send-blocks') continue
      for (let i = 0; i < effect.count; i++) toClient(effect.first + i)
    }
  }

  carryOut(step(transfer, { type: 'start', at: 0 }))
  while (result === '') {
    const next = events[0]
    const pace = transfer.owed > 0 ? Math.floor(now / 3) * 3 + 3 : deadline
    if (transfer.owed > 0 && (next?.at ?? pace) >= pace) {
      now = pace
      carryOut(step(transfer, { type: 'pace', at: now }))
    } else if (next && next.at <= deadline) {
      events.shift()
      now = next.at
      next.run()
    } else {
      now = deadline
      carryOut(step(transfer, { type: 'timeout', at: now }))
    }
    if (now - clientHeard > 60_000) throw new Error(`stuck at block ${received}`)
  }
  return { result, received, sent, now }
}

it.each([1, 4, 16])('brings 66,000 blocks over a bad link with a window of %i', (windowsize) => {
  const run = runOverLossyLink({ blocks: 66_000, windowsize, seed: 7440 + windowsize })
  expect(run.result).toBe('ok')
  expect(run.received).toBe(66_000)
  // Go-back-N repeats at most a window for each loss; more would mean that repetitions breed repetitions.
  expect(run.sent / run.received).toBeLessThan(1.15 + 0.13 * windowsize)
})
