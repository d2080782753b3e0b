import { describe, expect, it } from 'vitest'
import { newChoice, optionsOf } from './choice.ts'

describe('the options of an operation', () => {
  it('are as few as possible', () => {
    expect(optionsOf(newChoice())).toEqual({ when: 'now' })
  })

  it('tell how to wake', () => {
    expect(optionsOf({ ...newChoice(), wake: true, waitSeconds: 60 })).toEqual({
      when: 'now',
      wake: { waitSeconds: 60, betweenSeconds: 0, broadcast: false },
    })
  })

  it('leave out what only counts at the next boot', () => {
    const choice = { ...newChoice(), noauto: true, disableGui: true }
    expect(optionsOf(choice)).toEqual({ when: 'now' })
    expect(optionsOf({ ...choice, when: 'next-boot' })).toEqual({
      when: 'next-boot',
      noauto: true,
      disableGui: true,
    })
  })
})
