import { describe, expect, it } from 'vitest'
import type { BootSetFile } from './boot-set.ts'
import { BootSetPins, lookMs, pairMs, quietMs, repeatMs, restMs, staleMs } from './boot-set-pins.ts'

/** One address whose requests are done with as soon as they are made. */
function visitor() {
  const pins = new BootSetPins()
  return (file: BootSetFile, current: string, now: number) => {
    const set = pins.take('10.0.0.1', file, current, now)
    pins.release('10.0.0.1', now)
    return set
  }
}

describe('BootSetPins', () => {
  it('gives a client the current set', () => {
    const pins = new BootSetPins()
    expect(pins.take('10.0.0.1', 'linbofs64', 'one', 0)).toBe('one')
  })

  it('stays with a set while the client is active, and takes the new one when it was quiet', () => {
    const pins = new BootSetPins()
    pins.take('10.0.0.1', 'linbofs64.md5', 'one', 0)
    pins.release('10.0.0.1', 100)
    expect(pins.take('10.0.0.1', 'linbofs64', 'two', quietMs + 99)).toBe('one')
    pins.release('10.0.0.1', quietMs + 200)
    expect(pins.take('10.0.0.1', 'linbo64', 'two', 2 * quietMs + 200)).toBe('two')
  })

  it('gives the new set at once to a client that begins anew', () => {
    const ask = visitor()
    expect([ask('linbofs64.md5', 'one', 0), ask('linbofs64', 'one', 10)]).toEqual(['one', 'one'])
    expect(ask('linbofs64.md5', 'two', 10 + restMs - 1)).toBe('one')
    expect(ask('linbofs64', 'two', 10 + restMs)).toBe('one')
    const later = 10 + 2 * restMs
    expect([ask('linbofs64.md5', 'two', later), ask('linbofs64', 'three', later)]).toEqual([
      'two',
      'two',
    ])
  })

  it('finishes the update of a client: the kernel follows its initramfs', () => {
    const ask = visitor()
    const order = ['linbofs64.md5', 'linbofs64', 'linbo64', 'linbo64.md5'] as const
    expect(order.map((file, at) => ask(file, at === 0 ? 'one' : 'two', at))).toEqual(
      order.map(() => 'one'),
    )
  })

  it('gives an initramfs that is loaded once more to the kernel that was', () => {
    const ask = visitor()
    ask('linbo64', 'one', 0)
    expect([ask('linbofs64', 'one', 10), ask('linbofs64', 'two', 20)]).toEqual(['one', 'one'])
    expect(ask('linbo64', 'two', 20 + restMs)).toBe('two')
  })

  it('lets somebody behind the same address finish before another one gets the new set', () => {
    const ask = visitor()
    ask('linbofs64.md5', 'one', 0)
    ask('linbofs64', 'one', 10)
    ask('linbofs64.md5', 'one', 20)
    expect(ask('linbofs64.md5', 'two', 20 + restMs)).toBe('one')
    expect([ask('linbofs64', 'two', 800), ask('linbofs64', 'two', 900)]).toEqual(['one', 'one'])
    expect(ask('linbofs64.md5', 'two', 900 + restMs)).toBe('two')
  })

  it('shows the new checksum to who looks at nothing else', () => {
    const ask = visitor()
    ask('linbofs64.md5', 'one', 0)
    expect(ask('linbofs64.md5', 'two', lookMs - 1)).toBe('one')
    expect(ask('linbofs64.md5', 'two', 2 * lookMs)).toBe('two')
  })

  it('ends for an address where somebody begins all the time', () => {
    const ask = visitor()
    ask('linbofs64', 'one', 0)
    let now = 0
    while (ask('linbofs64.md5', now === 0 ? 'one' : 'two', now) === 'one') now += pairMs / 2
    expect(now).toBe(pairMs / 2 + repeatMs)
  })

  it('counts a transfer under way as activity, however long it takes', () => {
    const pins = new BootSetPins()
    pins.take('10.0.0.1', 'linbofs64', 'one', 0)
    expect(pins.take('10.0.0.1', 'linbofs64', 'two', 20 * quietMs)).toBe('one')
  })

  it('gives other clients the new set at once', () => {
    const pins = new BootSetPins()
    pins.take('10.0.0.1', 'linbofs64', 'one', 0)
    expect(pins.take('10.0.0.2', 'linbofs64', 'two', 1)).toBe('two')
    expect(pins.take('10.0.0.1', 'linbofs64', 'two', 2)).toBe('one')
  })

  it('ends after the longest time even for a client that is never quiet', () => {
    const pins = new BootSetPins()
    const half = quietMs / 2
    let set = pins.take('10.0.0.1', 'linbofs64', 'one', 0)
    let switchedAt: number | undefined
    for (let now = half; switchedAt === undefined && now < 2 * staleMs; now += half) {
      set = pins.take('10.0.0.1', 'linbofs64', 'two', now)
      pins.release('10.0.0.1', now)
      if (set === 'two') switchedAt = now
    }
    expect(switchedAt).toBe(half + staleMs)
  })

  it('counts that time from the switch, not from the first request', () => {
    const pins = new BootSetPins()
    pins.take('10.0.0.1', 'linbofs64', 'one', 0)
    expect(pins.take('10.0.0.1', 'linbofs64', 'one', 2 * staleMs)).toBe('one')
    expect(pins.take('10.0.0.1', 'linbofs64', 'two', 2 * staleMs)).toBe('one')
  })

  it('is not late when one goes back to the set the client has', () => {
    const pins = new BootSetPins()
    pins.take('10.0.0.1', 'linbofs64', 'one', 0)
    pins.take('10.0.0.1', 'linbofs64', 'two', 1)
    pins.take('10.0.0.1', 'linbofs64', 'one', 2)
    expect(pins.take('10.0.0.1', 'linbofs64', 'two', 1 + staleMs)).toBe('one')
  })

  it('moves a client whose set is gone', () => {
    const pins = new BootSetPins()
    pins.take('10.0.0.1', 'linbofs64', 'one', 0)
    pins.move('10.0.0.1', 'two')
    expect(pins.take('10.0.0.1', 'linbofs64', 'three', 1)).toBe('two')
  })

  it('forgets clients that are done, and none that are not', () => {
    const pins = new BootSetPins()
    for (let one = 0; one < 1000; one++) pins.take(`client ${one}`, 'linbofs64', 'one', 0)
    for (let one = 0; one < 990; one++) pins.release(`client ${one}`, 0)
    pins.take('another', 'linbofs64', 'one', 3 * quietMs)
    expect(pins.size).toBe(11)
    pins.release('nobody', 0)
    expect(pins.size).toBe(11)
  })
})
