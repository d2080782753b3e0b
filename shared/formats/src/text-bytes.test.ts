import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText, encodeText } from './text-bytes.ts'

describe('decodeText', () => {
  it('reads UTF-8 with its byte order mark, and what is no UTF-8 as ISO 8859-1', () => {
    expect(decodeText(new TextEncoder().encode('\ufeffä'))).toEqual({
      text: '\ufeffä',
      encoding: 'utf-8',
    })
    expect(decodeText(Uint8Array.of(0xe4, 0x3b))).toEqual({ text: 'ä;', encoding: 'iso-8859-1' })
  })

  it('gives every byte back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(encodeText(decodeText(bytes))).toEqual(bytes)
      }),
      { seed: 7, numRuns: 1000 },
    )
  })

  it('loses no character that ISO 8859-1 does not have', () => {
    const text = 'ä€'
    const bytes = encodeText({ text, encoding: 'iso-8859-1' })
    expect(decodeText(bytes)).toEqual({ text, encoding: 'utf-8' })
  })
})
