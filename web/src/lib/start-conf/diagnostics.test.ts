import { parseStartConf } from '@linbo/formats'
import { describe, expect, it } from 'vitest'
import { marksOf } from './diagnostics.ts'

const text = '[LINBO]\nGroup = a"b\n'

describe('marks in the editor', () => {
  it('lie where the problems are', () => {
    const marks = marksOf(text, parseStartConf(text).problems)
    expect(marks.length).toBeGreaterThan(0)
    expect(marks.some(({ from, to }) => text.slice(from, to).includes('"'))).toBe(true)
  })
  it('stay inside a text that became shorter', () => {
    for (const { from, to } of marksOf('', parseStartConf(text).problems)) {
      expect([from, to]).toEqual([0, 0])
    }
  })
})
