import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fitsGlob } from './glob.ts'

it.each([
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['r2*', 'R204', true],
  ['r2*', 'r1', false],
  ['*-pc??', 'r204-pc07', true],
  ['*-pc??', 'r204-pc107', false],
  ['a*b*c', 'aXbYbZc', true],
  ['a*b*c', 'aXbY', false],
])('%s on "%s": %s', (pattern, text, fits) => {
  expect(fitsGlob(pattern, text)).toBe(fits)
})

it('answers at once, however many stars there are', () => {
  expect(fitsGlob('*a'.repeat(30), 'a'.repeat(29))).toBe(false)
  expect(fitsGlob(`${'*a'.repeat(30)}b`, 'a'.repeat(5000))).toBe(false)
})

it('is what the regular expression of the same meaning says', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 })
  fc.assert(
    fc.property(letters, text, (pattern, subject) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`)
      expect(fitsGlob(pattern, subject)).toBe(expression.test(subject))
    }),
  )
})
