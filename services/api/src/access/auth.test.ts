import { describe, expect, it } from 'vitest'
import { decideAccess, isSameOrigin, type RequestFacts } from './auth.ts'

const nobody: RequestFacts = {
  method: 'GET',
  path: '/api/v1/hosts',
  bearer: 'absent',
  session: undefined,
  origin: undefined,
  fetchSite: undefined,
  host: 'linbo:8080',
  contentType: undefined,
}
const browser: RequestFacts = {
  ...nobody,
  method: 'POST',
  session: 'admin',
  origin: 'http://linbo:8080',
  fetchSite: 'same-origin',
  contentType: 'application/json',
}

describe('who may do what', () => {
  const cases: [string, RequestFacts, string][] = [
    ['refuses a request without credentials', nobody, 'AUTH_REQUIRED'],
    ['lets the admin token in', { ...nobody, bearer: 'right' }, 'admin'],
    ['refuses a wrong token', { ...nobody, bearer: 'wrong' }, 'AUTH_REFUSED'],
    ['refuses a wrong token beside a session', { ...browser, bearer: 'wrong' }, 'AUTH_REFUSED'],
    ['lets a session read', { ...browser, method: 'GET' }, 'admin'],
    ['lets a session write from our own page', browser, 'admin'],
    [
      'refuses a session from another site',
      { ...browser, origin: 'http://evil' },
      'AUTH_CROSS_SITE',
    ],
    ['refuses an opaque origin', { ...browser, origin: 'null' }, 'AUTH_CROSS_SITE'],
    [
      'refuses what the browser calls cross-site',
      { ...browser, origin: undefined, fetchSite: 'cross-site' },
      'AUTH_CROSS_SITE',
    ],
    [
      'refuses a form, which any site could send',
      { ...browser, contentType: 'application/x-www-form-urlencoded' },
      'REQUEST_MEDIA_TYPE',
    ],
    ['takes text', { ...browser, contentType: 'text/plain; charset=utf-8' }, 'admin'],
    [
      'does not ask a bearer token where it comes from',
      { ...browser, session: undefined, bearer: 'right', origin: 'http://evil' },
      'admin',
    ],
    ['lets anybody sign in', { ...nobody, method: 'POST', path: '/api/v1/session' }, 'nobody'],
    [
      'lets no other site sign a browser in',
      { ...nobody, method: 'POST', path: '/api/v1/session', origin: 'http://evil' },
      'AUTH_CROSS_SITE',
    ],
    ['lets anybody read the document', { ...nobody, path: '/api/v1/openapi.json' }, 'nobody'],
    [
      'does not open what looks like it',
      { ...nobody, path: '/api/v1/openapi.json/' },
      'AUTH_REQUIRED',
    ],
  ]
  for (const [name, facts, expected] of cases) {
    it(name, () => {
      const access = decideAccess(facts)
      expect(access.kind === 'allow' ? access.who : access.code).toBe(expected)
    })
  }
})

describe('same origin', () => {
  it('compares host and port', () => {
    expect(isSameOrigin({ ...nobody, origin: 'https://linbo:8080' })).toBe(true)
    expect(isSameOrigin({ ...nobody, origin: 'http://linbo' })).toBe(false)
    expect(isSameOrigin({ ...nobody, origin: 'not an origin' })).toBe(false)
  })
})
