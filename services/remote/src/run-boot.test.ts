import { describe, expect, it } from 'vitest'
import { step } from './run.ts'
import {
  aborted,
  begin,
  cancel,
  code,
  connected,
  elapsed,
  lost,
  off,
  ok,
  outcome,
  play,
  ready,
  refused,
  short,
  silent,
  start,
  wake,
} from './run-play.ts'
import type { Effect, Input, Run } from './run-state.ts'

describe('waking', () => {
  it('tries until LINBO answers', () => {
    const run = start('label', { wake })
    expect(play(run, begin, { type: 'woken' }, off, elapsed('retry'), connected, code(1))).toEqual([
      ['wake'],
      ['arm deadline', 'connect'],
      ['arm retry'],
      ['connect'],
      ['run probe'],
      ['close', 'arm retry'],
    ])
    expect(play(run, elapsed('retry'), connected, ok).at(-1)).toContain('run gui-off')
  })

  it.each<[string, Input, string, string]>([
    ['stays off', off, 'offline', 'Not online, host skipped.'],
    ['refuses us', refused, 'failed', 'pc1 does not accept our key'],
    [
      'has no address',
      { type: 'unconnected', code: 'NO_ADDRESS', reason: 'no address' },
      'failed',
      'no address',
    ],
  ])('gives up at the deadline on a host that %s', (_name, answer, phase, reason) => {
    const run = start('label', { wake })
    play(run, begin, { type: 'woken' }, answer, elapsed('deadline'), elapsed('retry'), answer)
    expect(outcome(run)).toEqual({ phase, reason, exitCode: null })
  })

  it('lets an attempt end that the deadline meets', () => {
    const run = start('label', { wake })
    expect(play(run, begin, { type: 'woken' }, elapsed('deadline'), connected).slice(2)).toEqual([
      [],
      ['run probe'],
    ])
  })

  it('only wakes', () => {
    const waiting = start('', { wake })
    expect(play(waiting, begin, { type: 'woken' }, connected, ok).at(-1)).toEqual([
      'close',
      'finish done',
    ])
    const not = start('', { wake: { ...wake, waitSeconds: 0 } })
    expect(play(not, begin, { type: 'woken' }).at(-1)).toEqual(['finish done'])
    const off1 = start('', { wake })
    play(off1, begin, { type: 'woken' }, elapsed('deadline'), off)
    expect(outcome(off1)).toEqual({ phase: 'offline', reason: 'Not online!', exitCode: null })
  })
})

describe('the next boot', () => {
  it('writes the file, and is done without waking', () => {
    const run = start('sync:1', { when: 'next-boot' })
    const effects = [...step(run, begin), ...step(run, { type: 'written' })]
    expect(short(effects)).toEqual(['write-onboot', 'finish done'])
    expect(effects.find((one) => one.type === 'report')).toMatchObject({
      text: 'Waits for the next boot.',
    })
  })

  it('reboots a host that is in LINBO, then waits until it took the file', () => {
    const run = start('sync:1', { when: 'next-boot', wake })
    const look: Input = { type: 'onboot-state', taken: false }
    const effects = play(
      run,
      begin,
      { type: 'written' },
      connected,
      ok,
      lost,
      look,
      elapsed('retry'),
      {
        type: 'onboot-state',
        taken: true,
      },
    )
    expect(effects).toEqual([
      ['write-onboot'],
      ['connect'],
      ['run probe'],
      ['run reboot'],
      ['linger', 'arm deadline', 'check-onboot'],
      ['arm retry'],
      ['check-onboot'],
      ['finish done'],
    ])
  })

  it.each([off, refused])('wakes a host that cannot be rebooted', (answer) => {
    const run = start('sync:1', { when: 'next-boot', wake })
    expect(play(run, begin, { type: 'written' }, answer, { type: 'woken' }).slice(2)).toEqual([
      ['wake'],
      ['arm deadline', 'check-onboot'],
    ])
  })

  it('takes the file back from a host that did not come', () => {
    const run = start('sync:1', { when: 'next-boot', wake })
    const look: Input = { type: 'onboot-state', taken: false }
    play(
      run,
      begin,
      { type: 'written' },
      off,
      { type: 'woken' },
      look,
      elapsed('deadline'),
      elapsed('retry'),
    )
    expect(play(run, look)).toEqual([['remove-onboot', 'finish offline']])
    expect(outcome(run)?.reason).toBe('Not done, host skipped!')
  })
})

describe('cancelling', () => {
  const woken: Input = { type: 'woken' }
  const written: Input = { type: 'written' }
  const boot = { when: 'next-boot', wake }
  it.each<[string, Run, Input[], string[]]>([
    ['before anything', start('label'), [cancel], ['finish cancelled']],
    [
      'while writing',
      start('label', boot),
      [begin, cancel, written],
      ['remove-onboot', 'finish cancelled'],
    ],
    ['while waking', start('label', { wake }), [begin, cancel, woken], ['finish cancelled']],
    ['while connecting', start('label'), [begin, cancel, off], ['finish cancelled']],
    [
      'just when connected',
      start('label'),
      [begin, cancel, connected],
      ['close', 'finish cancelled'],
    ],
    [
      'between attempts',
      start('label', { wake }),
      [begin, woken, off, cancel],
      ['finish cancelled'],
    ],
    [
      'while the file waits',
      start('label', boot),
      [begin, written, off, woken, cancel, { type: 'onboot-state', taken: false }],
      ['finish cancelled'],
    ],
    [
      'during the probe',
      start('label'),
      [begin, connected, cancel, aborted],
      ['close', 'finish cancelled'],
    ],
    ['in a pause', start('label,label'), [...ready, ok, cancel], ['run gui-on']],
    ['during a command', start('label'), [...ready, cancel, aborted], ['run gui-on']],
    [
      'during a command whose connection breaks',
      start('label'),
      [...ready, cancel, lost],
      ['close', 'connect'],
    ],
    ['twice', start('label'), [...ready, cancel, cancel], []],
  ])('works %s', (_name, run, inputs, effects) => {
    expect(play(run, ...inputs).at(-1)).toEqual(effects)
  })

  it('takes back the file for the next boot', () => {
    const run = start('label', boot)
    expect(play(run, begin, written, off, woken, cancel).at(-1)).toEqual(['remove-onboot'])
  })

  it('ignores everything after the end', () => {
    const run = start('label')
    play(run, cancel)
    expect(play(run, begin, connected, ok, elapsed('overall'), cancel).flat()).toEqual([])
  })

  it('ends sooner or later whatever comes in which order', () => {
    const inputs = [
      begin,
      connected,
      ok,
      lost,
      silent,
      aborted,
      code(1),
      off,
      refused,
      written,
      woken,
    ]
    const more = [
      elapsed('retry'),
      elapsed('deadline'),
      elapsed('pause'),
      elapsed('overall'),
      cancel,
    ]
    let seed = 1
    const random = (limit: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed % limit
    }
    for (let round = 0; round < 500; round++) {
      const run = start(round % 2 ? 'upload_image:1,start:1' : 'label', round % 3 ? { wake } : boot)
      const all = [...inputs, ...more, { type: 'onboot-state', taken: round % 5 === 0 } as Input]
      const effects: Effect[] = []
      for (let turn = 0; turn < 400; turn++)
        effects.push(...step(run, all[random(all.length)] as Input))
      expect(run.stage).toBe('over')
      expect(effects.filter((one) => one.type === 'finish')).toHaveLength(1)
    }
  })
})
