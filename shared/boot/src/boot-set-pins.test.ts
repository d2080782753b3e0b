import { describe, expect, it } from 'vitest'
import { BootSetPins, quietMs, staleMs } from './boot-set-pins.ts'

describe('BootSetPins', () => {
  it('gives a client the current set', () => {
    const pins = new BootSetPins()
    expect(pins.take('10.0.0.1', 'one', 0)).toBe('one')
  })

  it('stays with a set while the client is active, and takes the new one when it was quiet', () => {
    const pins = new BootSetPins()
    pins.take('10.0.0.1', 'one', 0)
    pins.release('10.0.0.1', 100)
    expect(pins.take('10.0.0.1', 'two', quietMs + 99)).toBe('one')
    pins.release('10.0.0.1', quietMs + 200)
    expect(pins.take('10.0.0.1', 'two', 2 * quietMs + 200)).toBe('two')
  })

  it('counts a transfer under way as activity, however long it takes', () => {
    const pins = new BootSetPins()
    pins.take('10.0.0.1', 'one', 0)
    expect(pins.take('10.0.0.1', 'two', 20 * quietMs)).toBe('one')
  })

  it('gives other clients the new set at once', () => {
    const pins = new BootSetPins()
    pins.take('10.0.0.1', 'one', 0)
    expect(pins.take('10.0.0.2', 'two', 1)).toBe('two')
    expect(pins.take('10.0.0.1', 'two', 2)).toBe('one')
  })

  it('ends after the longest time even for a client that is never quiet', () => {
    const pins = new BootSetPins()
    const half = quietMs / 2
    let set = pins.take('10.0.0.1', 'one', 0)
    let switchedAt: number | undefined
    for (let now = half; switchedAt === undefined && now < 2 * staleMs; now += half) {
      set = pins.take('10.0.0.1', 'two', now)
      pins.release('10.0.0.1', now)
      if (set === 'two') switchedAt = now
    }
    expect(switchedAt).toBe(half + staleMs)
  })

  it('counts that time from the switch, not from the first request', () => {
    const pins = new BootSetPins()
    const half = quietMs / 2
    for (let now = 0; now < 2 * staleMs; now += half) {
      pins.take('10.0.0.1', 'one', now)
      pins.release('10.0.0.1', now)
    }
    expect(pins.take('10.0.0.1', 'two', 2 * staleMs)).toBe('one')
  })

  it('is not late when one goes back to the set the client has', () => {
    const pins = new BootSetPins()
    pins.take('10.0.0.1', 'one', 0)
    pins.take('10.0.0.1', 'two', 1)
    pins.take('10.0.0.1', 'one', 2)
    expect(pins.take('10.0.0.1', 'two', 1 + staleMs)).toBe('one')
  })

  it('moves a client whose set is gone', () => {
    const pins = new BootSetPins()
    pins.take('10.0.0.1', 'one', 0)
    pins.move('10.0.0.1', 'two')
    expect(pins.take('10.0.0.1', 'three', 1)).toBe('two')
  })

  it('forgets clients that are done, and none that are not', () => {
    const pins = new BootSetPins()
    for (let one = 0; one < 1000; one++) pins.take(`client ${one}`, 'one', 0)
    for (let one = 0; one < 990; one++) pins.release(`client ${one}`, 0)
    pins.take('another', 'one', 3 * quietMs)
    expect(pins.size).toBe(11)
    pins.release('nobody', 0)
    expect(pins.size).toBe(11)
  })
})
