import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareVersions, isVersion } from './version.ts'

/** Each is older than the one after it. */
const ascending = [
  '0~~',
  '0~',
  '0',
  '0.0',
  '1.0~rc1',
  '1.0~rc2',
  '1.0',
  '1.0-1',
  '1.0a',
  '1.0+b',
  '1.0.0',
  '1.2',
  '1.10',
  '7.4.9-0',
  '7.4.11~1',
  '7.4.11-0',
  '7.4.11-0.1',
  '007.5',
  '99999999999999999999',
  '100000000000000000000',
  '1:0.1',
  '2:0',
]
const equal = [
  ['1.0', '1.0-0'],
  ['1.0', '1.00'],
  ['0:1', '1'],
] as const

describe('comparing versions', () => {
  it('knows which is the newer one', () => {
    for (const [at, older] of ascending.entries()) {
      for (const newer of ascending.slice(at + 1)) {
        expect([older, newer, Math.sign(compareVersions(older, newer))]).toEqual([older, newer, -1])
        expect(Math.sign(compareVersions(newer, older))).toBe(1)
      }
    }
  })

  it.each(equal)('takes %s and %s for the same', (a, b) => {
    expect(compareVersions(a, b)).toBe(0)
    expect(compareVersions(b, a)).toBe(0)
  })

  it('agrees with dpkg', () => {
    const part = fc.stringMatching(/^[0-9a-zA-Z.+~]{0,6}$/)
    const version = fc.tuple(fc.nat(2), part, part).map(([epoch, a, b]) => `${epoch}:1${a}-${b}0`)
    fc.assert(
      fc.property(version, version, (a, b) => {
        const order = compareVersions(a, b)
        const relation = order < 0 ? 'lt' : order > 0 ? 'gt' : 'eq'
        expect(spawnSync('dpkg', ['--compare-versions', a, relation, b]).status).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  it.each(['7.4.11-0', '1:2.3~rc1+b1'])('knows %s for a version', (text) => {
    expect(isVersion(text)).toBe(true)
  })

  it.each(['', 'x1', '../1', '1/2', '1 2', '1:2:3', '1\n', '1'.repeat(101), '.1', '-1'])(
    'knows that %j is none',
    (text) => {
      expect(isVersion(text)).toBe(false)
    },
  )
})
