import { describe, expect, it } from 'vitest'
import { problemOf } from './problem.ts'

describe('a problem', () => {
  it('keeps code, fix and what else the API said', () => {
    const problem = problemOf(422, {
      title: 'start.conf has errors',
      code: 'START_CONF_BROKEN',
      detail: 'line 3',
      fix: 'Correct it.',
      problems: [{ line: 3 }],
    })
    expect(problem).toMatchObject({ status: 422, code: 'START_CONF_BROKEN', fix: 'Correct it.' })
    expect(problem.message).toBe('line 3')
    expect(problem.body.problems).toEqual([{ line: 3 }])
  })

  it('is readable even when a proxy answered with something else', () => {
    expect(problemOf(502, undefined)).toMatchObject({
      code: 'HTTP_502',
      title: 'HTTP 502',
      fix: null,
    })
    expect(problemOf(500, 'oops').message).toBe('HTTP 500')
  })
})
