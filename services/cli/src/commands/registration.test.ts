import { afterEach, describe, expect, it } from 'vitest'
import { run } from '../run.ts'
import { type Handler, startTestServer, type TestServer, testIo } from '../testing.ts'
import { parseRule } from './registration-rules.ts'

let server: TestServer | undefined
afterEach(() => server?.close())

const registration = {
  ...{ id: 'id-1', state: 'pending', hostname: 'pc07', mac: '52:54:00:00:00:07', ip: null },
  ...{ room: 'r1', group: 'lab', role: 'server', pxe: 1, raw: 'x', from: null, times: 1 },
  ...{ at: '2026-11-21T08:00:00Z', lastAt: '2026-11-21T08:00:00Z', reason: null },
  ...{ decidedBy: null, decidedAt: null, hasStartConf: false },
  conflicts: [{ field: 'hostname', value: 'pc07', host: 'pc07', registration: null }],
}

async function linbo(handler: Handler, ...words: string[]) {
  server = await startTestServer((request) =>
    request.path === '/registrations'
      ? { json: { items: [registration], next: null } }
      : handler(request),
  )
  const io = testIo({ LINBO_URL: server.url, LINBO_TOKEN: 'secret' })
  return { code: await run(words, io), out: io.printed(), err: io.complained() }
}
const nothing: Handler = () => ({ status: 500, json: {} })

describe('linbo registration', () => {
  it('lists who waits, and what is in the way', async () => {
    const { code, out } = await linbo(nothing, 'registration', 'list')
    expect(code).toBe(0)
    expect(out).toContain('pc07 belongs to pc07; there is no start.conf.lab')
    const json = await linbo(nothing, 'registration', 'show', 'pc07', '--json')
    expect(JSON.parse(json.out)).toEqual(registration)
  })

  it('approves by name or MAC, and says what is in the way', async () => {
    const bodies: string[] = []
    const handler: Handler = ({ path, body }) => {
      bodies.push(`${path} ${body}`)
      const problem = { code: 'HOST_CONFLICT', detail: 'the MAC belongs to host pc01' }
      return { json: { items: [{ id: 'id-1', hostname: null, problem }] } }
    }
    const refused = await linbo(handler, 'registration', 'approve', '52:54:00:00:00:07')
    expect(refused).toMatchObject({ code: 1, err: 'the MAC belongs to host pc01\n' })
    expect(bodies).toEqual(['/registrations/approve {"ids":["id-1"],"replace":false}'])
    const approved = await linbo(
      () => ({ json: { items: [{ id: 'id-1', hostname: 'pc07', problem: null }] } }),
      ...['registration', 'approve', '--all', '--replace'],
    )
    expect(approved).toMatchObject({ code: 0, out: 'approved pc07\n' })
  })

  it('changes fields, DHCP among them', async () => {
    let sent = ''
    const handler: Handler = ({ method, path, body }) => {
      sent = `${method} ${path} ${body}`
      return { json: { ...registration, hostname: 'pc08' } }
    }
    const words = ['edit', 'pc07', '--hostname', 'pc08', '--ip', 'dhcp', '--pxe', '0']
    expect(await linbo(handler, 'registration', ...words)).toMatchObject({ out: 'changed pc08\n' })
    expect(sent).toBe('PATCH /registrations/id-1 {"hostname":"pc08","ip":null,"pxe":0}')
  })

  it('adds and removes rules', async () => {
    let stored = { enabled: false, until: null as string | null, rules: [] as object[] }
    const handler: Handler = ({ method, body }) => {
      if (method === 'PUT') stored = JSON.parse(body)
      return { json: stored }
    }
    const add = ['--on', '--add', 'rooms=r2*,subnet=10.16.0.0/16', '--until', '2026-11-21T18:00Z']
    const { out } = await linbo(handler, 'registration', 'rules', ...add)
    expect(out).toContain('on until 2026-11-21T18:00:00.000Z')
    expect(stored.rules).toEqual([parseRule('rooms=r2*,subnet=10.16.0.0/16')])
    await linbo(handler, 'registration', 'rules', '--remove', '1', '--off', '--until', 'never')
    expect(stored).toEqual({ enabled: false, until: null, rules: [] })
  })

  it.each([
    [['approve'], '--all'],
    [['approve', 'pc07', '--all'], '--all'],
    [['edit', 'pc07'], 'nothing is to be changed'],
    [['rules', '--add', 'room=r1'], 'no part of a rule'],
    [['rules', '--until', 'soon'], 'is no time'],
  ])('explains itself after %j', async (words, text) => {
    const answer = () => ({ json: { enabled: false, until: null, rules: [] } })
    const { code, err } = await linbo(answer, 'registration', ...words)
    expect(code).toBe(2)
    expect(err).toContain(text)
  })

  it('says that there is none', async () => {
    const { code, err } = await linbo(nothing, 'registration', 'reject', 'pc99')
    expect(code).toBe(1)
    expect(err).toContain('there is no registration pc99')
  })
})
