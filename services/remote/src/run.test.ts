import { describe, expect, it } from 'vitest'
import { createPlan } from './plan.ts'
import { step } from './run.ts'
import { createRun, type Effect, type Input, type Run } from './run-state.ts'

const limits = { pauseMs: 10, retryMs: 20, overallMs: 600_000 }
const wake = { waitSeconds: 60, betweenSeconds: 0, broadcast: false }

function start(commands: string, options: Record<string, unknown> = {}): Run {
  const made = createPlan(commands, options, 1)
  if ('refused' in made) throw new Error(made.refused)
  return createRun(made.plan, limits)
}

/** Effects in short: `run gui-off`, `connect`, `finish done`. Reports are left out. */
function short(effects: Effect[]): string[] {
  return effects.flatMap((effect) => {
    switch (effect.type) {
      case 'report':
        return []
      case 'run':
        return effect.task.kind === 'command'
          ? `run ${effect.task.index}`
          : `run ${effect.task.kind}`
      case 'arm':
        return `arm ${effect.timer}`
      case 'close':
        return effect.linger ? 'linger' : 'close'
      case 'finish':
        return `finish ${effect.phase}`
      default:
        return effect.type
    }
  })
}

const ok: Input = { type: 'ran', ended: 'exit', code: 0, problem: null }
const lost: Input = { type: 'ran', ended: 'lost', code: null, problem: null }
const silent: Input = { type: 'ran', ended: 'silent', code: null, problem: null }
const aborted: Input = { type: 'ran', ended: 'aborted', code: null, problem: null }
const code = (number: number): Input => ({
  type: 'ran',
  ended: 'exit',
  code: number,
  problem: null,
})
const off: Input = { type: 'unconnected', code: 'SSH_UNREACHABLE', reason: 'pc1 does not answer' }
const refused: Input = {
  type: 'unconnected',
  code: 'SSH_REFUSED',
  reason: 'pc1 does not accept our key',
}
const begin: Input = { type: 'start' }
const connected: Input = { type: 'connected' }
const elapsed = (timer: 'retry' | 'deadline' | 'pause' | 'overall'): Input => ({
  type: 'elapsed',
  timer,
})
const cancel: Input = { type: 'stop', phase: 'cancelled', reason: 'cancelled' }

/** Feeds inputs, and returns what each one caused. */
function play(run: Run, ...inputs: Input[]): string[][] {
  return inputs.map((input) => short(step(run, input)))
}
function outcome(run: Run) {
  return run.stage === 'over' ? run.outcome : undefined
}
/** Up to the first command. */
const ready = [begin, connected, ok, ok]

describe('commands now', () => {
  it('goes through probe, GUI off, commands with a pause, GUI on', () => {
    const run = start('label,sync:1')
    expect(play(run, begin, connected, ok, ok, ok, elapsed('pause'), ok, ok)).toEqual([
      ['connect'],
      ['run probe'],
      ['arm overall', 'remove-onboot', 'run gui-off'],
      ['run 0'],
      ['arm pause'],
      ['run 1'],
      ['run gui-on'],
      ['close', 'finish done'],
    ])
    expect(outcome(run)).toEqual({ phase: 'done', reason: null, exitCode: 0 })
  })

  it('does not mind a GUI that cannot be switched off or restored', () => {
    const run = start('label')
    expect(play(run, begin, connected, ok, code(127), ok, code(1)).at(-1)).toEqual([
      'close',
      'finish done',
    ])
  })

  it('skips a host that is off or not in LINBO, and fails one that refuses us', () => {
    const first = start('label')
    expect(play(first, begin, off)[1]).toEqual(['finish offline'])
    expect(outcome(first)?.reason).toBe('Not online, host skipped.')
    const second = start('label')
    expect(play(second, begin, connected, code(1))[2]).toEqual(['close', 'finish offline'])
    expect(outcome(second)?.reason).toContain('not LINBO')
    const third = start('label')
    expect(play(third, begin, refused)[1]).toEqual(['finish failed'])
    expect(outcome(third)?.reason).toBe('pc1 does not accept our key')
  })

  it('skips a host whose connection breaks during the probe', () => {
    expect(play(start('label'), begin, connected, lost)[2]).toEqual(['close', 'finish offline'])
  })

  it('writes the switches for the boot first', () => {
    const run = start('label', { noauto: true, wake })
    expect(play(run, begin, { type: 'written' }, { type: 'woken' })).toEqual([
      ['write-onboot'],
      ['wake'],
      ['arm deadline', 'connect'],
    ])
  })

  it('fails when the file cannot be written', () => {
    const run = start('label', { when: 'next-boot' })
    play(run, begin, { type: 'unable', reason: 'disk full' })
    expect(outcome(run)).toEqual({ phase: 'failed', reason: 'disk full', exitCode: null })
  })

  it.each<[string, Input, string, number | null]>([
    ['an exit code', code(2), 'sync:1 ended with exit code 2', 2],
    [
      'an exit code and what LINBO said',
      { type: 'ran', ended: 'exit', code: 1, problem: 'Cannot unmount /cache.' },
      'sync:1 ended with exit code 1: Cannot unmount /cache.',
      1,
    ],
  ])(
    'fails with %s, runs nothing further, and restores the GUI',
    (_name, result, reason, exitCode) => {
      const run = start('sync:1,start:1')
      expect(play(run, ...ready, result, ok).slice(-2)).toEqual([
        ['run gui-on'],
        ['close', 'finish failed'],
      ])
      expect(outcome(run)).toEqual({ phase: 'failed', reason, exitCode })
    },
  )

  it('takes no notice of a problem in the output when the exit code is 0', () => {
    const run = start('sync:1')
    play(run, ...ready, { type: 'ran', ended: 'exit', code: 0, problem: 'Failed to label' }, ok)
    expect(outcome(run)?.phase).toBe('done')
  })

  it('ends the programs of a client that is silent for too long', () => {
    const run = start('sync:1')
    expect(play(run, ...ready, silent)[4]).toEqual(['stop-programs', 'run gui-on'])
    play(run, ok)
    expect(outcome(run)?.reason).toContain('printed nothing for too long')
  })

  it('connects once more to clean up after a lost connection', () => {
    const run = start('sync:1')
    expect(play(run, ...ready, lost, connected, ok).slice(-3)).toEqual([
      ['close', 'connect'],
      ['run gui-on'],
      ['close', 'finish failed'],
    ])
    expect(outcome(run)?.reason).toContain('the connection was lost during sync:1')
  })

  it('lets a host go that does not come back', () => {
    const run = start('sync:1')
    expect(play(run, ...ready, lost, off).at(-1)).toEqual(['finish failed'])
  })

  it('says when the connection was lost before any command', () => {
    const run = start('sync:1')
    expect(play(run, begin, connected, ok, lost, off).slice(-2)).toEqual([
      ['close', 'connect'],
      ['finish failed'],
    ])
    expect(outcome(run)?.reason).toContain('before the commands')
  })

  it('ends a host that takes too long', () => {
    const run = start('sync:1')
    expect(play(run, ...ready, elapsed('overall'), aborted, ok).slice(-3)).toEqual([
      ['stop-programs'],
      ['run gui-on'],
      ['close', 'finish failed'],
    ])
    expect(outcome(run)?.reason).toBe('took longer than 10 minutes')
  })
})

describe('leaving LINBO', () => {
  it.each<[string, Input]>([
    ['a lost connection', lost],
    ['silence', silent],
    ['exit code 0', ok],
  ])('counts %s after reboot as success and restores nothing', (_name, result) => {
    const run = start('reboot')
    expect(play(run, ...ready, result)[4]).toEqual(['linger', 'finish done'])
  })

  it('fails when start says that it cannot', () => {
    const run = start('start:1')
    expect(play(run, ...ready, code(1), ok).slice(-2)).toEqual([
      ['run gui-on'],
      ['close', 'finish failed'],
    ])
  })
})

describe('uploads', () => {
  it('puts the password on the client right before and takes it away after', () => {
    const run = start('label,upload_image:1')
    expect(play(run, ...ready, ok, elapsed('pause'), ok, ok, ok).slice(3)).toEqual([
      ['run 0'],
      ['arm pause'],
      ['run put-secrets'],
      ['run 1'],
      ['run clear-secrets'],
      ['run gui-on'],
    ])
  })

  it('takes it away before the client leaves LINBO', () => {
    const run = start('upload_image:1,halt')
    expect(play(run, ...ready, ok, ok, elapsed('pause'), ok, lost).slice(4)).toEqual([
      ['run 0'],
      ['arm pause'],
      ['run clear-secrets'],
      ['run 1'],
      ['linger', 'finish done'],
    ])
  })

  it.each<[string, Input[]]>([
    ['fails', [code(1)]],
    ['is silent', [silent]],
    ['loses its connection', [lost, connected]],
  ])('takes it away when the upload %s', (_name, inputs) => {
    const run = start('upload_image:1')
    const effects = play(run, ...ready, ok, ...inputs, ok, ok).flat()
    expect(effects.slice(-4)).toEqual(['run clear-secrets', 'run gui-on', 'close', 'finish failed'])
  })

  it('takes it away when cancelled', () => {
    const run = start('upload_image:1')
    const effects = play(run, ...ready, ok, cancel, aborted, ok, ok).flat()
    expect(effects.slice(-5)).toEqual([
      'stop-programs',
      'run clear-secrets',
      'run gui-on',
      'close',
      'finish cancelled',
    ])
  })

  it('fails on what the gateway says, although LINBO ends with 0', () => {
    const run = start('upload_image:1')
    play(
      run,
      ...ready,
      ok,
      { type: 'ran', ended: 'exit', code: 0, problem: 'nothing came' },
      ok,
      ok,
    )
    expect(outcome(run)).toEqual({
      phase: 'failed',
      reason: 'upload_image:1 failed: nothing came',
      exitCode: 0,
    })
  })

  it('does not start when the password cannot be put there', () => {
    const run = start('upload_image:1')
    const effects = play(run, ...ready, code(1), ok, ok).flat()
    expect(effects).not.toContain('run 0')
    expect(outcome(run)?.reason).toContain('password')
  })
})

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
