import { quote } from '@linbo/ssh'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitWords } from './words.ts'

describe('splitWords', () => {
  it.each([
    ['linbo_wrapper sync:1', ['linbo_wrapper', 'sync:1']],
    ["  a\t'b c'  ", ['a', 'b c']],
    [`create_image:1:"my image"`, ['create_image:1:my image']],
    ["'it'\\''s'", ["it's"]],
    ["''", ['']],
    ['', []],
    ["'open", ['open']],
  ])('%j', (line, words) => expect(splitWords(line)).toEqual(words))

  it('reads back whatever the server quotes', () => {
    const words = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 })
    fc.assert(
      fc.property(words, (list) => {
        expect(splitWords(quote(list))).toEqual(list)
      }),
      { seed: 7 },
    )
  })
})
