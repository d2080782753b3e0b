import fc from 'fast-check'
import { expect, it } from 'vitest'
import { plain, selectLines } from './log-lines.ts'

const log = ['before', '### 20261121-080000 linbo_sync 1 ###', 'a', 'b', ''].join('\n')

it('numbers lines and tells the time of the banner before them', () => {
  expect(selectLines(log, { tail: 10 })).toEqual({
    total: 4,
    found: 4,
    lines: [
      { number: 1, text: 'before', time: null },
      { number: 2, text: '### 20261121-080000 linbo_sync 1 ###', time: '2026-11-21T08:00:00' },
      { number: 3, text: 'a', time: '2026-11-21T08:00:00' },
      { number: 4, text: 'b', time: '2026-11-21T08:00:00' },
    ],
  })
  expect(selectLines(log, { tail: 1, after: 2, search: 'A' }).lines).toMatchObject([{ number: 3 }])
})

it('takes a progress line apart as a terminal would show it', () => {
  expect(selectLines(' (4/100%)\r (8/100%)\r\n', { tail: 5 }).total).toBe(2)
})

it('gives the last lines that fit, of any text, and no control characters', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'B', '\n', '\r', '\u0000', '\u001b') })
  fc.assert(
    fc.property(text, fc.nat(5), fc.nat(5), (some, after, tail) => {
      const all = selectLines(some, { tail: 1000 }).lines
      const fitting = all.filter((line) => line.number > after && /b/i.test(line.text))
      const chosen = selectLines(some, { search: 'b', after, tail })
      expect(chosen.found).toBe(fitting.length)
      expect(chosen.lines).toEqual(tail === 0 ? [] : fitting.slice(-tail))
    }),
  )
  expect(plain('\u001b[31mred\u001b[0m\u0000\ttab')).toBe('red\ttab')
})
