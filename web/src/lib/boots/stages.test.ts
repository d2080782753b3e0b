import type { BootStep } from '@linbo/bus'
import { describe, expect, it } from 'vitest'
import {
  bootPercent,
  splitAtArrival,
  stageIndex,
  stages,
  startsAttempt,
  waterfall,
} from './stages.ts'

describe('boot stages', () => {
  it('puts every step into a stage, and ready behind the last', () => {
    expect(stageIndex('firmware-offer')).toBe(0)
    expect(stageIndex('initramfs')).toBe(2)
    expect(stageIndex('onboot')).toBe(4)
    expect(stageIndex('ready')).toBe(stages.length)
  })

  it('counts the boot up to 100 percent', () => {
    expect(bootPercent('firmware-offer')).toBe(8)
    expect(bootPercent('ready')).toBe(100)
  })

  it('begins a new attempt with the firmware, but not for its second packet', () => {
    const booting = (step: BootStep) => ({ step, state: 'booting' as const })
    expect(startsAttempt('firmware-offer', null)).toBe(true)
    expect(startsAttempt('firmware-ack', booting('firmware-offer'))).toBe(false)
    expect(startsAttempt('firmware-offer', booting('kernel'))).toBe(true)
    expect(startsAttempt('initramfs', booting('kernel'))).toBe(false)
  })

  it('begins a new attempt with whatever the firmware asks for once LINBO was there', () => {
    const arrived = { step: 'ready', state: 'linbo' } as const
    expect(startsAttempt('boot-file', arrived)).toBe(true)
    expect(startsAttempt('log', arrived)).toBe(false)
  })

  it('gives each step the time since the one before it', () => {
    const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000).toISOString()
    const { total, spans } = waterfall(at(0), [
      { at: at(0), step: 'firmware-offer', ok: true, detail: '' },
      { at: at(2), step: 'boot-file', ok: true, detail: '' },
      { at: at(9), step: 'kernel', ok: false, detail: 'gave up' },
    ])
    expect(total).toBe(9000)
    expect(spans.map((span) => [span.offset, span.duration])).toEqual([
      [0, 0],
      [0, 2000],
      [2000, 7000],
    ])
    expect(spans[2]?.ok).toBe(false)
  })

  it('keeps what comes after the arrival apart', () => {
    const steps = (['kernel', 'ready', 'log', 'log'] as const).map((step) => ({ step }))
    const { boot, afterwards } = splitAtArrival(steps)
    expect(boot.map(({ step }) => step)).toEqual(['kernel', 'ready'])
    expect(afterwards).toHaveLength(2)
    expect(splitAtArrival(steps.slice(0, 1)).boot).toHaveLength(1)
  })

  it('survives steps that arrive out of order', () => {
    const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000).toISOString()
    const { total, spans } = waterfall(at(0), [
      { at: at(5), step: 'kernel', ok: true, detail: '' },
      { at: at(3), step: 'boot-file', ok: true, detail: '' },
    ])
    expect(total).toBe(5000)
    expect(spans[1]?.duration).toBe(0)
  })
})
