import { describe, expect, it } from 'vitest'
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
  silent,
  start,
  wake,
} from './run-play.ts'
import type { Input } from './run-state.ts'

describe('commands now', () => {
  it('goes through probe, GUI off, commands with a pause, GUI on', () => {
    const run = start('label,sync:1')
    expect(play(run, begin, connected, ok, ok, ok, elapsed('pause'), ok, ok)).toEqual([
      ['connect'],
      ['run probe'],
      ['arm overall', 'run gui-off'],
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
