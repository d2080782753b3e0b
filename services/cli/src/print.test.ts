import { describe, expect, it } from 'vitest'
import { bytes, fit, oneLine, state, table, time, width } from './print.ts'

describe('table', () => {
  it('makes columns as wide as their widest cell', () => {
    const text = table(
      ['HOST', 'N'],
      [
        ['pc1', 10],
        ['verylong', null],
      ],
    )
    expect(text.split('\n')).toEqual(['HOST      N', 'pc1       10', 'verylong'])
  })

  it('counts what a terminal shows, not characters', () => {
    const lines = table(
      ['A', 'B'],
      [
        ['Müller', 'x'],
        ['日本', 'x'],
        ['e\u0301', 'x'],
      ],
    ).split('\n')
    expect(lines).toEqual(['A       B', 'Müller  x', '日本    x', 'e\u0301       x'])
  })

  it('is cut at the width of the terminal and nowhere else', () => {
    const rows = [['pc1', 'a long detail']]
    expect(table(['H', 'D'], rows, 10)).toBe('H    D\npc1  a lo…')
    expect(table(['H', 'D'], rows)).toContain('pc1  a long detail')
  })

  it('keeps a cell with line ends or a terminal command on its line', () => {
    expect(table(['D'], [['a\r\n  b\u001b[2Jc\u0007']])).toBe('D\na b[2Jc')
  })
})

describe('fit', () => {
  it('does not cut a colour in half or leave it open', () => {
    expect(fit('\u001b[31mfailed\u001b[39m and more', 8)).toBe('\u001b[31mfailed\u001b[39m …')
  })

  it('does not cut a wide letter in half', () => {
    expect(width(fit('日本語', 4))).toBeLessThanOrEqual(4)
    expect(fit('日本', 4)).toBe('日本')
  })
})

describe('the small ones', () => {
  it.each([
    [null, ''],
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [999_949, '999.9 kB'],
    [999_960, '1.0 MB'],
    [43_414_016, '43.4 MB'],
    [5e15, '5000.0 TB'],
  ])('%s bytes are %j', (count, text) => expect(bytes(count)).toBe(text))

  it('tells the time of this machine', () => {
    const at = new Date(2026, 10, 20, 7, 45, 3)
    expect(time(at.toISOString())).toBe('2026-11-20 07:45:03')
    expect(time(null)).toBe('')
  })

  it('colours states for terminals only', () => {
    expect(state('failed')).toBe('failed')
    expect(state('whatever')).toBe('whatever')
  })

  it('makes one harmless line of anything', () => {
    expect(oneLine('a\u001b]0;title\u0007\nb')).toBe('a]0;title b')
  })
})
