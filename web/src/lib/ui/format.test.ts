import { describe, expect, it } from 'vitest'
import { ago, bytes, duration, fileName, natural, rate, secondsLeft, shortName } from './format.ts'

/** Non-breaking spaces are right on the page and unreadable in a test. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ')

describe('format', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [999_949, '1.0 MB'],
    [11_800_000_000, '11.8 GB'],
    [118_000_000_000, '118 GB'],
  ])('writes %d bytes as %s', (value, text) => {
    expect(plain(bytes(value, 'en'))).toBe(text)
  })

  it('uses the comma in German', () => {
    expect(plain(rate(112_400_000, 'de'))).toBe('112 MB/s')
    expect(plain(rate(12_400_000, 'de'))).toBe('12,4 MB/s')
  })

  it.each([
    [12, '12 ms'],
    [4200, '4.2 s'],
    [59_990, '1 min 00 s'],
    [185_000, '3 min 05 s'],
    [7_800_000, '2 h 10 min'],
  ])('writes %d ms as %s', (value, text) => {
    expect(plain(duration(value, 'en'))).toBe(text)
  })

  it('says how long ago something was', () => {
    expect(ago(1_000_000 - 180_000, 1_000_000, 'en')).toBe('3 min. ago')
    expect(ago(1_000_000 - 180_000, 1_000_000, 'de')).toBe('vor 3 Min.')
  })

  it('knows what is left only when size and rate are known', () => {
    expect(secondsLeft(50, 150, 10)).toBe(10)
    expect(secondsLeft(50, null, 10)).toBeNull()
    expect(secondsLeft(50, 150, 0)).toBeNull()
  })

  it('shortens host names by their room, but never to nothing', () => {
    expect(shortName('r101-pc07', 'r101')).toBe('pc07')
    expect(shortName('r101pc07', 'r101')).toBe('pc07')
    expect(shortName('r101', 'r101')).toBe('r101')
    expect(shortName('laptop-1', 'r101')).toBe('laptop-1')
  })

  it('sorts numbers as numbers', () => {
    expect(['pc10', 'pc2', 'pc1'].sort(natural)).toEqual(['pc1', 'pc2', 'pc10'])
  })

  it('takes the last part of a path', () => {
    expect(fileName('images/win11/win11.qcow2')).toBe('win11.qcow2')
    expect(fileName('linbo64')).toBe('linbo64')
  })
})
