import { describe, expect, it } from 'vitest'
import {
  createTransfer,
  deliveredBytes,
  type Effect,
  type Plan,
  retries,
  step,
} from './transfer.ts'

const plan: Plan = {
  sizeBytes: 10_000,
  blksize: 1000,
  windowsize: 1,
  hasOack: false,
  fixedMs: undefined,
  timeoutMs: 1000,
  retries: 3,
}

/** Effects as words: `oack`, `1-4`, `arm 1000`, `ok`. */
function words(effects: Effect[]): string[] {
  return effects.map(word)
}

function word(effect: Effect): string {
  switch (effect.type) {
    case 'send-oack':
      return 'oack'
    case 'send-blocks':
      return `${effect.first}-${effect.first + effect.count - 1}`
    case 'send-error':
      return `error ${effect.message}`
    case 'arm':
      return `arm ${Math.round(effect.ms)}`
    case 'end':
      return effect.reason ? `${effect.result}: ${effect.reason}` : effect.result
  }
}

function begin(changes: Partial<Plan> = {}) {
  const transfer = createTransfer({ ...plan, ...changes })
  const ack = (block: number, at = 0) => words(step(transfer, { type: 'ack', block, at }))
  const timeout = (at = 0) => words(step(transfer, { type: 'timeout', at }))
  const pace = (at = 0) => words(step(transfer, { type: 'pace', at }))
  const started = words(step(transfer, { type: 'start', at: 0 }))
  return { transfer, ack, timeout, pace, started }
}

describe('a transfer without options', () => {
  it('sends block after block and ends with one that is not full', () => {
    const { started, ack, transfer } = begin({ sizeBytes: 2500 })
    expect(started).toEqual(['1-1', 'arm 300'])
    expect(ack(1)[0]).toBe('2-2')
    expect(deliveredBytes(transfer)).toBe(1000)
    expect(ack(2)[0]).toBe('3-3')
    expect(ack(3)).toEqual(['ok'])
    expect(deliveredBytes(transfer)).toBe(2500)
  })

  it('sends an empty file as one empty block', () => {
    const { started, ack } = begin({ sizeBytes: 0 })
    expect(started[0]).toBe('1-1')
    expect(ack(1)).toEqual(['ok'])
  })

  it('ends an exact multiple of the block size with an empty block', () => {
    const { ack, transfer } = begin({ sizeBytes: 2000 })
    expect(ack(1)[0]).toBe('2-2')
    expect(ack(2)[0]).toBe('3-3')
    expect(transfer.last).toBe(3)
    expect(ack(3)).toEqual(['ok'])
  })

  it('never answers a repeated ACK', () => {
    const { ack } = begin()
    expect(ack(1)[0]).toBe('2-2')
    for (const at of [0, 1, 500, 5000]) expect(ack(1, at)).toEqual([])
    expect(ack(2)[0]).toBe('3-3')
    expect(ack(1)).toEqual([])
  })

  it('ignores ACKs of blocks that were not sent', () => {
    const { ack } = begin()
    for (const block of [2, 0, 7, 65535]) expect(ack(block)).toEqual([])
    expect(ack(1)[0]).toBe('2-2')
  })

  it('does nothing after its end', () => {
    const { ack, timeout, transfer } = begin({ sizeBytes: 1 })
    ack(1)
    expect(ack(1)).toEqual([])
    expect(timeout()).toEqual([])
    expect(step(transfer, { type: 'error', code: 0, message: '' })).toEqual([])
  })
})

describe('a transfer with options', () => {
  it('waits for ACK 0 after its OACK', () => {
    const { started, ack } = begin({ hasOack: true })
    expect(started).toEqual(['oack', 'arm 300'])
    expect(ack(1)).toEqual([])
    expect(ack(0)[0]).toBe('1-1')
    expect(ack(0)).toEqual([])
  })

  it('repeats the OACK', () => {
    const { timeout, ack } = begin({ hasOack: true })
    expect(timeout()).toEqual(['oack', 'arm 600'])
    expect(ack(0)[0]).toBe('1-1')
  })

  it('tells a client that hung up before it wanted anything from one that did', () => {
    const probe = begin({ hasOack: true })
    const hangUp = { type: 'error', code: 8, message: 'User aborted the transfer' } as const
    expect(words(step(probe.transfer, hangUp))).toEqual([
      'aborted: the client: User aborted the transfer (8)',
    ])
    expect(probe.transfer.confirmed).toBe(false)
    const reader = begin({ hasOack: true })
    reader.ack(0)
    step(reader.transfer, hangUp)
    expect(reader.transfer.confirmed).toBe(true)
  })
})

describe('retransmission', () => {
  it('doubles its wait up to eight times the timeout, and gives up', () => {
    const { timeout } = begin({ retries: 4 })
    const seen = Array.from({ length: 7 }, () => timeout())
    expect(seen.slice(0, 6)).toEqual(
      [600, 1200, 2400, 4800, 8000, 8000].map((ms) => ['1-1', `arm ${ms}`]),
    )
    expect(seen[6]).toEqual(['failed: the client did not acknowledge the first packet'])
  })

  it('keeps to the timeout the client chose', () => {
    const { started, timeout } = begin({ fixedMs: 3000, retries: 2 })
    expect(started[1]).toBe('arm 3000')
    expect(timeout()).toEqual(['1-1', 'arm 3000'])
    expect(timeout()).toEqual(['1-1', 'arm 3000'])
    expect(timeout()[0]).toMatch(/^failed/)
  })

  it('keeps to a short timeout of the client to the letter', () => {
    const { ack } = begin({ fixedMs: 2000, sizeBytes: 100_000 })
    for (let block = 1; block <= 20; block++) {
      expect(ack(block, block * 10)[1]).toBe('arm 2000')
    }
  })

  it("goes below the client's timeout only for a link it knows well", () => {
    const { ack, timeout } = begin({ fixedMs: 6000, sizeBytes: 100_000 })
    for (let block = 1; block <= 7; block++) {
      expect(ack(block, block * 10)[1]).toBe('arm 6000')
    }
    expect(ack(8, 80)[1]).toMatch(/^arm 1\d$/)
    for (let i = 0; i < 8; i++) timeout()
    expect(timeout()[1]).toBe('arm 6000')
  })

  it('is patient again after progress', () => {
    const { ack, timeout } = begin({ retries: 2 })
    timeout()
    timeout()
    expect(ack(1)).toEqual(['2-2', 'arm 1000'])
    timeout()
    timeout()
    expect(timeout()).toEqual(['failed: the client did not acknowledge block 2'])
  })

  it('learns how fast a client answers and repeats early, without counting that as a retry', () => {
    const { ack, timeout } = begin({ retries: 1 })
    for (let block = 1; block <= 5; block++) ack(block, block * 10)
    expect(ack(6, 60)[1]).toMatch(/^arm 2\d$/)
    const waits: string[] = []
    for (let effects = timeout(); effects[1]; effects = timeout()) waits.push(effects[1])
    expect(waits.length).toBeGreaterThanOrEqual(6)
    expect(waits.slice(0, 2).every((wait) => Number(wait.slice(4)) < 130)).toBe(true)
  })

  it('does not count a repetition that was needless', () => {
    const { ack, timeout, transfer } = begin()
    ack(1, 10)
    timeout(40)
    expect(retries(transfer)).toBe(1)
    ack(2, 45)
    ack(2, 46)
    expect(retries(transfer)).toBe(0)
  })

  it('does not learn from an answer to something sent twice', () => {
    const { ack, timeout, transfer } = begin()
    timeout(1000)
    ack(1, 1001)
    expect(transfer.roundTrip.leastMs).toBe(Number.POSITIVE_INFINITY)
  })

  it('takes the transfer for done when only the last acknowledgement is missing', () => {
    const { ack, timeout, transfer } = begin({ sizeBytes: 1500, retries: 1 })
    ack(1)
    let last = timeout()
    while (last[1]) last = timeout()
    expect(last).toEqual(['ok: the last acknowledgement never came'])
    expect(deliveredBytes(transfer)).toBe(1500)
  })
})

describe('a window', () => {
  it('goes out whole and moves with its last block', () => {
    const { started, ack } = begin({ windowsize: 4 })
    expect(started[0]).toBe('1-4')
    expect(ack(4)[0]).toBe('5-8')
    expect(ack(8)[0]).toBe('9-11')
    expect(ack(11)).toEqual(['ok'])
  })

  it('starts again after the block that an ACK inside it names', () => {
    const { ack } = begin({ windowsize: 4 })
    expect(ack(2)[0]).toBe('3-6')
    expect(ack(6)[0]).toBe('7-10')
  })

  it('starts again when the client missed its first block', () => {
    const { ack } = begin({ windowsize: 4 })
    ack(4, 10)
    expect(ack(4, 20)[0]).toBe('5-8')
  })

  it('takes an ACK that comes at once for a copy made by the network', () => {
    const { ack } = begin({ windowsize: 4 })
    expect(ack(4, 10)[0]).toBe('5-8')
    expect(ack(4, 11)).toEqual([])
  })

  it('does not answer the echoes of blocks it repeated', () => {
    const { ack } = begin({ windowsize: 2, sizeBytes: 100_000 })
    ack(2, 10)
    expect(ack(2, 20)[0]).toBe('3-4')
    expect(ack(2, 29)).toEqual([])
    expect(ack(4, 25)[0]).toBe('5-6')
    expect(ack(4, 29)).toEqual([])
    expect(ack(6, 80)[0]).toBe('7-8')
    expect(ack(6, 100)[0]).toBe('7-8')
  })

  it('sends nothing twice for an ACK that answers blocks it repeated', () => {
    const { ack } = begin({ windowsize: 4, sizeBytes: 100_000 })
    expect(ack(2, 10)[0]).toBe('3-6')
    expect(ack(4, 19)[0]).toBe('7-8')
    expect(ack(8, 30)[0]).toBe('9-12')
    expect(ack(10, 40)[0]).toBe('11-14')
  })

  it('goes out again after a timeout', () => {
    const { ack, timeout } = begin({ windowsize: 4 })
    ack(4, 10)
    expect(timeout(50)[0]).toBe('5-8')
  })

  it('goes out in smaller pieces when it is lost twice, and in longer ones as they arrive', () => {
    const { ack, timeout, pace } = begin({ windowsize: 4, sizeBytes: 100_000 })
    ack(4, 10)
    timeout(50)
    expect(timeout(100)[0]).toBe('5-6')
    expect(pace(110)[0]).toBe('7-8')
    expect(timeout(200)[0]).toBe('5-5')
    expect([pace(210)[0], pace(220)[0], pace(230)[0]]).toEqual(['6-6', '7-7', '8-8'])
    expect(ack(8, 240)[0]).toBe('9-10')
    expect(pace(250)[0]).toBe('11-12')
    expect(ack(12, 260)[0]).toBe('13-15')
    expect(pace(270)[0]).toBe('16-16')
    expect(ack(16, 280)[0]).toBe('17-20')
  })
})

describe('stopping', () => {
  it('tells the client, or not', () => {
    const stop = { type: 'stop', result: 'failed', reason: 'gone' } as const
    expect(words(step(begin().transfer, { ...stop, tell: true }))).toEqual([
      'error gone',
      'failed: gone',
    ])
    expect(words(step(begin().transfer, { ...stop, tell: false }))).toEqual(['failed: gone'])
  })
})
