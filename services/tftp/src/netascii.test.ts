import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Content } from './blocks.ts'
import { textStart, toNetascii } from './netascii.ts'
import { openText } from './text-content.ts'

const expected = (text: Buffer) =>
  Buffer.from(
    text.toString('latin1').replace(/\r|\n/g, (c) => (c === '\n' ? '\r\n' : '\r\0')),
    'latin1',
  )

const content = (text: Uint8Array): Content => ({
  id: 'x',
  sizeBytes: text.length,
  async read(views, position) {
    let at = position
    for (const view of views) {
      view.set(text.subarray(at, at + view.length))
      at += view.length
    }
  },
})

describe('netascii', () => {
  it('ends lines with CR LF and marks a bare CR with NUL', () => {
    const output = new Uint8Array(20)
    const { written } = toNetascii(Buffer.from('a\nb\rc\r\n'), textStart, output)
    expect(Buffer.from(output.subarray(0, written)).toString('latin1')).toBe('a\r\nb\r\0c\r\0\r\n')
  })

  it('goes on in the middle of a pair', () => {
    const output = new Uint8Array(2)
    const first = toNetascii(Buffer.from('a\nb'), textStart, output)
    expect(first).toEqual({ place: { offset: 2, owed: 10 }, written: 2 })
    expect([...output]).toEqual([97, 13])
    const second = toNetascii(Buffer.from('b'), first.place, output)
    expect([...output.subarray(0, second.written)]).toEqual([10, 98])
  })

  it('gives the same text from every chunk, wherever the boundaries fall', async () => {
    const bytes = fc.array(fc.constantFrom(10, 13, 65, 66), { maxLength: 200 })
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 9 }), async (list, chunkBytes) => {
        const file = Buffer.from(list)
        const text = await openText(content(file), chunkBytes)
        const whole = expected(file)
        expect(text.sizeBytes).toBe(whole.length)
        for (let at = 0; at < whole.length; at += chunkBytes) {
          const view = new Uint8Array(Math.min(chunkBytes, whole.length - at))
          await text.read([view], at)
          expect(Buffer.from(view)).toEqual(whole.subarray(at, at + chunkBytes))
        }
      }),
      { seed: 764, numRuns: 300 },
    )
  })

  it('reads a file larger than its buffer', async () => {
    const file = Buffer.from('line\r\n'.repeat(40_000))
    const text = await openText(content(file), 65536)
    const views = [new Uint8Array(30000), new Uint8Array(35536)]
    await text.read(views, 65536)
    expect(Buffer.concat(views)).toEqual(expected(file).subarray(65536, 131072))
  })
})
