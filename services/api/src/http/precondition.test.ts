import { describe, expect, it } from 'vitest'
import { parsePrecondition } from './precondition.ts'

const revision = 'a1'.repeat(32)

describe('parsePrecondition', () => {
  it.each([
    [undefined, undefined, { kind: 'anything' }],
    ['*', undefined, { kind: 'present' }],
    [` "${revision}" `, undefined, { kind: 'revision', revision }],
    [undefined, '*', { kind: 'absent' }],
  ])('takes If-Match %s, If-None-Match %s', (ifMatch, ifNoneMatch, expected) => {
    expect(parsePrecondition({ ifMatch, ifNoneMatch })).toEqual(expected)
  })

  it.each([
    [revision, undefined],
    [`W/"${revision}"`, undefined],
    [`"${revision}", "${revision}"`, undefined],
    ['', undefined],
    [undefined, `"${revision}"`],
    ['*', '*'],
  ])('refuses If-Match %s, If-None-Match %s', (ifMatch, ifNoneMatch) => {
    expect(() => parsePrecondition({ ifMatch, ifNoneMatch })).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID' }),
    )
  })
})
