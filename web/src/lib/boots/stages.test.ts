import type { BootStep } from '@linbo/bus'
import { describe, expect, it } from 'vitest'
import { bootPercent, stageIndex, stages, startsAttempt } from './stages.ts'

describe('boot stages', () => {
  it('puts every step into a stage, and ready behind the last', () => {
    expect(stageIndex('firmware-offer')).toBe(0)
    expect(stageIndex('initramfs')).toBe(2)
    expect(stageIndex('onboot')).toBe(4)
    expect(stageIndex('ready')).toBe(stages.length)
  })

  it('counts the boot up to 100 percent', () => {
    expect(bootPercent('firmware-offer')).toBe(13)
    expect(bootPercent('os')).toBe(100)
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
})
