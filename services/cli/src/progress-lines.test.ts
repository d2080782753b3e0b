import { describe, expect, it } from 'vitest'
import { readProgress } from './progress-lines.ts'

const text =
  '{"step":"packing ä","percent":null}\n{"step":"writing","percent":40}\n{"result":{"id":1}}\n'

/** The bytes in pieces of these lengths. */
async function* pieces(whole: string, lengths: number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(whole)
  let at = 0
  for (const length of lengths) {
    yield bytes.subarray(at, at + length)
    at += length
  }
  yield bytes.subarray(at)
}

describe('readProgress', () => {
  it('tells the steps and returns the result, however the bytes come', async () => {
    for (let cut = 0; cut < text.length; cut++) {
      const steps: unknown[] = []
      const result = await readProgress(pieces(text, [cut, 1, 2]), (...step) => steps.push(step))
      expect(result).toEqual({ id: 1 })
      expect(steps).toEqual([
        ['packing ä', null],
        ['writing', 40],
      ])
    }
  })

  it('throws the problem with its code and fix', async () => {
    const problem = { code: 'ISO_NO_SPACE', detail: 'the disk is full', fix: 'Free some room.' }
    const lines = `${JSON.stringify({ problem })}\n`
    await expect(readProgress(pieces(lines, []))).rejects.toMatchObject({
      code: 'ISO_NO_SPACE',
      message: 'the disk is full',
      fix: 'Free some room.',
    })
  })

  it.each([
    ['nothing', ''],
    ['a step', '{"step":"packing","percent":null}\n'],
    ['half a line', '{"res'],
    ['no JSON', '<html>\n'],
    ['no object', '7\n'],
  ])('says that the server broke off after %s', async (_name, broken) => {
    await expect(readProgress(pieces(broken, []))).rejects.toMatchObject({ code: 'SERVER_ENDED' })
  })
})
