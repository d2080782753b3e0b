import { listAudit } from '@linbo/db'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSessions } from './access/sessions.ts'
import { allowedFailures } from './access/sign-in-limit.ts'
import { openTestApp, type TestApp, testToken } from './test-app.ts'

let test: TestApp
beforeAll(async () => {
  test = await openTestApp({ bodyBytes: 2000 })
})
afterAll(() => test.close())

const open = new Set([
  'GET /health',
  'GET /ready',
  'GET /metrics',
  'GET /boot/*',
  'GET /linbo64',
  'GET /linbofs64',
  'GET /api/v1/openapi.json',
  'POST /api/v1/session',
  'GET /api/reference',
  'GET /*',
])

describe('access', () => {
  it('needs a token for every route but the open ones', async () => {
    const routes = test.app.routes.filter(({ method }) => method !== 'ALL')
    expect(routes.length).toBeGreaterThan(35)
    for (const [index, { method, path }] of routes.entries()) {
      if (open.has(`${method} ${path}`)) continue
      const address = path.replace(/:\w+/g, 'x')
      const answer = await test.askBare(address, { method })
      expect([`${method} ${path}`, answer.status]).toEqual([`${method} ${path}`, 401])
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
      const wrong = { method, headers: { authorization: 'Bearer x' } }
      expect((await test.askBare(address, wrong, `10.1.0.${index}`)).status).toBe(401)
    }
  })

  it('refuses unknown paths below /api/v1 without telling that they are unknown', async () => {
    expect((await test.askBare('/api/v1/secrets')).status).toBe(401)
    const known = await test.ask('GET', '/api/v1/secrets')
    expect(known.status).toBe(404)
    expect(await known.json()).toMatchObject({ code: 'ROUTE_UNKNOWN' })
    expect((await test.ask('PUT', '/api/v1/hosts', {})).status).toBe(404)
  })

  it.each(['Basic YTpi', 'Bearer', 'Bearer ', testToken])(
    'does not take "%s" for a token',
    async (text) => {
      const answer = await test.askBare(
        '/api/v1/hosts',
        { headers: { authorization: text } },
        '10.3.0.1',
      )
      expect(answer.status).toBe(401)
    },
  )
})

describe('a session', () => {
  const signIn = (token: string, address = '10.0.0.9', headers: Record<string, string> = {}) =>
    test.askBare(
      '/api/v1/session',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ token }),
      },
      address,
    )
  const cookieOf = (answer: Response) => answer.headers.get('set-cookie')?.split(';')[0] ?? ''

  it('begins with the admin token and ends with signing out', async () => {
    const answer = await signIn(testToken)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ who: 'admin' })
    const set = answer.headers.get('set-cookie') ?? ''
    expect(set).toMatch(/HttpOnly/)
    expect(set).toMatch(/SameSite=Strict/)
    expect(set).toMatch(/Path=\/(;|$)/)
    expect(set).not.toMatch(/Secure/)
    const cookie = cookieOf(answer)
    expect(cookie).not.toContain(testToken)
    const who = await test.askBare('/api/v1/session', { headers: { cookie } })
    expect(await who.json()).toEqual({ who: 'admin' })
    const origin = 'http://localhost'
    const out = await test.askBare('/api/v1/session', {
      method: 'DELETE',
      headers: { cookie, origin },
    })
    expect(out.status).toBe(204)
    expect((await test.askBare('/api/v1/session', { headers: { cookie } })).status).toBe(401)
  })

  it('has a cookie for TLS alone when it began over TLS', async () => {
    const answer = await signIn(testToken, '10.0.0.9', { 'x-forwarded-proto': 'https' })
    expect(answer.headers.get('set-cookie')).toMatch(/Secure/)
  })

  it('survives a restart, which keeps the database alone', async () => {
    const [, id = ''] = cookieOf(await signIn(testToken)).split('=')
    const restarted = createSessions(test.deps.db, test.clock.now)
    expect(await restarted.find(id)).toBe('admin')
    expect(await restarted.find('another')).toBeUndefined()
  })

  it('ends by itself after twelve hours', async () => {
    const cookie = cookieOf(await signIn(testToken))
    test.clock.advance(12 * 3_600_000 + 1)
    expect((await test.askBare('/api/v1/session', { headers: { cookie } })).status).toBe(401)
  })

  it('cannot be used by a page of another site', async () => {
    const cookie = cookieOf(await signIn(testToken))
    const headers = { cookie, 'content-type': 'application/json', origin: 'http://evil' }
    const body = JSON.stringify({ commands: 'halt', targets: { room: 'r1' } })
    const answer = await test.askBare('/api/v1/operations', { method: 'POST', headers, body })
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({ code: 'AUTH_CROSS_SITE' })
  })

  it('is refused with a wrong token, which is recorded, and after ten of them for a while', async () => {
    for (let n = 0; n < allowedFailures; n++) {
      const answer = await signIn('wrong', '10.9.9.9')
      expect(answer.status).toBe(401)
    }
    expect((await listAudit(test.deps.db))[0]).toMatchObject({
      who: 'nobody',
      source: '10.9.9.9',
      action: 'session.refused',
    })
    const limited = await signIn(testToken, '10.9.9.9')
    expect(limited.status).toBe(429)
    expect((await signIn(testToken, '10.9.9.8')).status).toBe(200)
    const bearer = { headers: { authorization: `Bearer ${testToken}` } }
    expect((await test.askBare('/api/v1/hosts', bearer, '10.9.9.9')).status).toBe(200)
    test.clock.advance(6 * 60_000)
    expect((await signIn(testToken, '10.9.9.9')).status).toBe(200)
  })

  it('does not take a token that is no text', async () => {
    const headers = { 'content-type': 'application/json' }
    const answer = await test.askBare('/api/v1/session', {
      method: 'POST',
      headers,
      body: '{"token":{}}',
    })
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('token') })
  })
})

describe('every answer', () => {
  it('has headers that hold a browser back', async () => {
    for (const path of ['/health', '/api/v1/hosts', '/boot/none', '/']) {
      const { headers } = await test.askBare(path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('content-security-policy')).not.toContain('unsafe')
    }
    expect((await test.ask('GET', '/api/v1/hosts')).headers.get('cache-control')).toBe('no-store')
  })

  it('is a problem with code and fix when the body is too large', async () => {
    const body = { commands: 'x'.repeat(3000), targets: {} }
    const answer = await test.ask('POST', '/api/v1/operations', body)
    expect(answer.status).toBe(413)
    expect(await answer.json()).toEqual({
      type: '/api/reference#problem-REQUEST_TOO_LARGE',
      title: 'Body too large',
      status: 413,
      code: 'REQUEST_TOO_LARGE',
      detail: 'the body has more than 2000 bytes',
      fix: 'Send less, or raise LINBO_HTTP_BODY_BYTES.',
    })
  })

  it('says nothing of an error we did not expect', async () => {
    const { state } = test.bus
    const list = state.list
    state.list = async () => {
      throw new Error('password=hunter2 at /srv/secret')
    }
    const answer = await test.ask('GET', '/api/v1/hosts')
    state.list = list
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toMatch(/hunter2|secret/)
  })
})

describe('health', () => {
  it('is alive and ready without signing in', async () => {
    expect(await (await test.askBare('/health')).json()).toEqual({ status: 'ok' })
    const answer = await test.askBare('/ready')
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      status: 'ready',
      parts: [
        { part: 'database', state: 'ok', detail: null },
        { part: 'bus', state: 'ok', detail: null },
      ],
    })
  })

  it('is not ready while a service has failed', async () => {
    const report = { service: 'dhcp', machine: 'srv', state: 'failed', detail: '/secret/path' }
    await test.bus.state.set('service:dhcp@srv', report, 1000)
    const answer = await test.askBare('/ready')
    expect(answer.status).toBe(503)
    const text = await answer.text()
    expect(JSON.parse(text).parts).toContainEqual({ part: 'dhcp', state: 'failed', detail: null })
    expect(text).not.toContain('secret')
    await test.bus.state.delete('service:dhcp@srv')
  })

  it('tells Prometheus sums and no names', async () => {
    const file = { via: 'tftp', direction: 'down', file: 'secret-name', sizeBytes: 5 } as const
    const machine = { host: 'secret-host', mac: null, ip: null }
    test.bus.publish('transfer.started', { transfer: 'm1', ...machine, ...file })
    test.bus.publish('transfer.finished', {
      transfer: 'm1',
      result: 'ok',
      bytes: 5,
      ms: 1,
      reason: null,
    })
    const answer = await test.askBare('/metrics')
    expect(answer.headers.get('content-type')).toMatch('text/plain')
    const text = await answer.text()
    expect(text).toContain('linbo_transfer_bytes_total{via="tftp",direction="down"} 5')
    expect(text).toMatch(/linbo_http_requests_total\{method="GET",status="200"\} \d+/)
    expect(text).not.toContain('secret')
  })
})

describe('the document', () => {
  it('is OpenAPI 3.1 and names every route below /api/v1', async () => {
    const answer = await test.askBare('/api/v1/openapi.json')
    const document = (await answer.json()) as {
      openapi: string
      paths: Record<string, Record<string, { responses: object; summary: string }>>
    }
    expect(document.openapi).toBe('3.1.0')
    for (const { method, path } of test.app.routes) {
      const name = path.replace(/:(\w+)/g, '{$1}')
      if (method === 'ALL' || !path.startsWith('/api/v1/') || path.endsWith('openapi.json'))
        continue
      const operation = document.paths[name]?.[method.toLowerCase()]
      expect([name, operation?.summary]).toEqual([name, expect.stringMatching(/\w/)])
      expect(operation?.responses).toHaveProperty('default')
    }
  })

  it('is readable as one page without scripts', async () => {
    const answer = await test.askBare('/api/reference')
    expect(answer.headers.get('content-type')).toMatch('text/html')
    expect(answer.headers.get('content-security-policy')).toMatch(/style-src 'self' 'sha256-/)
    const html = await answer.text()
    expect(html).not.toMatch(/<script/i)
    for (const text of [
      '/api/v1/operations/{id}/cancel',
      'HOST_CONFLICT',
      'schema-Host',
      '/boot/{path}',
    ]) {
      expect(html).toContain(text)
    }
  })
})
