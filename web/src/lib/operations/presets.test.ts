import { parseCommands } from '@linbo/formats'
import { describe, expect, it } from 'vitest'
import { danger, fill, needsConsent, presetOf, presets } from './presets.ts'

describe('presets', () => {
  it('are all command lists LINBO understands', () => {
    for (const preset of presets) {
      const list = fill(preset, 2)
      if (list) expect(parseCommands(list).length).toBeGreaterThan(0)
    }
  })

  it('name the operating system they are for', () => {
    expect(fill(presetOf('sync-start'), 2)).toBe('sync:2,start:2')
  })

  it('ask for consent when data may be lost, and only then', () => {
    expect(needsConsent(parseCommands('start:1'))).toBe(false)
    expect(needsConsent(parseCommands('halt'))).toBe(false)
    expect(needsConsent(parseCommands('sync:1'))).toBe(true)
    expect(needsConsent(parseCommands('partition,format'))).toBe(true)
    expect(needsConsent(parseCommands('create_image:1,upload_image:1'))).toBe(true)
  })

  it('say that a shutdown interrupts whoever sits there', () => {
    expect(danger({ name: 'halt' })).toBe('interrupts')
    expect(danger({ name: 'label' })).toBeNull()
  })
})
