import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBootSetRecord } from './boot-set.ts'

describe('parseBootSetRecord', () => {
  it('reads anything without falling over', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const record = parseBootSetRecord(text)
        if (record) expect(record.overlay.every((line) => typeof line === 'string')).toBe(true)
      }),
      { seed: 5 },
    )
    const madeAt = '2026-11-21T08:00:00.000Z'
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (version, by, rest) => {
        const text = JSON.stringify({ madeAt, version, by, sha256: rest, overlay: rest })
        expect(parseBootSetRecord(text)?.madeAt).toBe(madeAt)
      }),
      { seed: 6 },
    )
  })
})
