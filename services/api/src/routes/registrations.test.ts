import { askForRegistration, findHost, listAudit, noteDuplicate } from '@linbo/db'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addTestHost, openTestApp, type TestApp } from '../test-app.ts'

interface RegistrationJson {
  id: string
  state: string
  hostname: string
  conflicts: object[]
  hasStartConf: boolean
  decidedBy: string | null
  reason: string | null
}

let test: TestApp
beforeAll(async () => {
  test = await openTestApp()
  await test.deps.startConfs.write('lab', new TextEncoder().encode('[LINBO]\n'))
})
afterAll(() => test.close())
beforeEach(async () => {
  for (const table of ['registrations', 'registration_rules', 'hosts', 'audit'] as const)
    await test.deps.db.deleteFrom(table).execute()
})

const register = (number: number, more: object = {}) =>
  askForRegistration(
    test.deps.db,
    {
      ...{ from_ip: '10.0.0.200', raw: 'a line', hostname: `new${number}`, ip: null },
      ...{ mac: `52:54:00:00:01:0${number}`, room: 'r1', group: 'lab' },
      ...{ role: 'classroom-studentcomputer', pxe: 1, ...more },
    },
    new Date(test.clock.now()),
  )
const get = async <T>(path: string) => (await (await test.ask('GET', path)).json()) as T
const path = '/api/v1/registrations'
const actions = async () => (await listAudit(test.deps.db)).map((row) => row.action)

describe('a registration', () => {
  it('is listed by state, with what is in its way', async () => {
    await addTestHost(test, 1, { hostname: 'new1', ip: '10.0.0.77' })
    const one = await register(1, { ip: '10.0.0.77', group: 'nowhere' })
    const two = await register(2, { hostname: 'new3' })
    const three = await register(3)
    const { items } = await get<{ items: RegistrationJson[] }>(`${path}?state=pending`)
    const byId = new Map(items.map((item) => [item.id, item]))
    expect(byId.get(one.id)).toMatchObject({
      hasStartConf: false,
      conflicts: [
        { field: 'hostname', value: 'new1', host: 'new1' },
        { field: 'ip', value: '10.0.0.77', host: 'new1' },
      ],
    })
    expect(byId.get(two.id)?.conflicts).toEqual([
      { field: 'hostname', value: 'new3', host: null, registration: three.id },
    ])
    expect(await get(`${path}/${three.id}`)).toMatchObject({ hasStartConf: true, state: 'pending' })
    expect((await test.ask('GET', `${path}/nothing`)).status).toBe(404)
  })

  it('is changed while it waits, then approved: a host, told and recorded', async () => {
    const { id } = await register(1)
    const changed = await test.ask('PATCH', `${path}/${id}`, { hostname: 'PC07', ip: '10.0.0.7' })
    expect(await changed.json()).toMatchObject({ hostname: 'pc07', ip: '10.0.0.7' })
    const approved = await test.ask('POST', `${path}/${id}/approve`)
    expect(await approved.json()).toMatchObject({ state: 'approved', decidedBy: 'admin' })
    expect(await findHost(test.deps.db, 'pc07')).toMatchObject({
      ...{ mac: '52:54:00:00:01:01', ip: '10.0.0.7', room: 'r1', group: 'lab', pxe: 1 },
    })
    expect(test.events.at(-1)).toMatchObject({
      type: 'registration.decided',
      hostname: 'pc07',
      state: 'approved',
    })
    expect(await actions()).toEqual(['registration.approve', 'registration.change'])
    for (const again of ['approve', 'reject']) {
      const answer = await test.ask('POST', `${path}/${id}/${again}`)
      expect(answer.status).toBe(409)
      expect(await answer.json()).toMatchObject({ code: 'REGISTRATION_DECIDED' })
    }
    expect((await test.ask('PATCH', `${path}/${id}`, { room: 'r9' })).status).toBe(409)
  })

  it('is refused by what is in its way, named, and goes on waiting', async () => {
    await addTestHost(test, 1)
    const { id } = await register(1, { ip: '10.0.0.1' })
    const refused = await test.ask('POST', `${path}/${id}/approve`)
    expect(refused.status).toBe(409)
    expect(await refused.json()).toMatchObject({
      code: 'HOST_CONFLICT',
      detail: 'the address 10.0.0.1 belongs to host pc1',
    })
    expect(await get(`${path}/${id}`)).toMatchObject({ state: 'pending' })
    expect(await findHost(test.deps.db, 'new1')).toBeUndefined()
  })

  it('takes the place of a host when that is asked for: new hardware, or a new name', async () => {
    await addTestHost(test, 1, { comment: 'by the window' })
    const swapped = await register(1, { hostname: 'pc1', ip: '10.0.0.1' })
    expect((await test.ask('POST', `${path}/${swapped.id}/approve`)).status).toBe(409)
    await test.ask('POST', `${path}/${swapped.id}/approve`, { replace: true })
    expect(await findHost(test.deps.db, 'pc1')).toMatchObject({
      mac: '52:54:00:00:01:01',
      comment: 'by the window',
    })
    const renamed = await register(1, { hostname: 'pc9', ip: '10.0.0.1' })
    const answer = await test.ask('POST', `${path}/${renamed.id}/approve`, { replace: true })
    expect(answer.status).toBe(200)
    expect(await findHost(test.deps.db, 'pc1')).toBeUndefined()
    expect(await findHost(test.deps.db, 'pc9')).toMatchObject({ comment: 'by the window' })
  })

  it('loses nothing when it cannot take the place', async () => {
    await addTestHost(test, 1)
    await addTestHost(test, 2)
    const asked = await register(1, { mac: '52:54:00:00:00:01', ip: '10.0.0.2' })
    const answer = await test.ask('POST', `${path}/${asked.id}/approve`, { replace: true })
    expect(await answer.json()).toMatchObject({ code: 'HOST_CONFLICT' })
    expect(await findHost(test.deps.db, 'pc1')).toMatchObject({ mac: '52:54:00:00:00:01' })
  })

  it('of a host that only moves changes the host', async () => {
    await addTestHost(test, 1)
    const moved = await register(1, { hostname: 'pc1', mac: '52:54:00:00:00:01', room: 'r2' })
    expect((await test.ask('POST', `${path}/${moved.id}/approve`)).status).toBe(200)
    expect(await findHost(test.deps.db, 'pc1')).toMatchObject({ room: 'r2', ip: null })
  })

  it('is rejected with a reason', async () => {
    const { id } = await register(1)
    const answer = await test.ask('POST', `${path}/${id}/reject`, { reason: 'not ours' })
    expect(await answer.json()).toMatchObject({ state: 'rejected', reason: 'not ours' })
    expect(await findHost(test.deps.db, 'new1')).toBeUndefined()
    expect(await actions()).toEqual(['registration.reject'])
  })

  it('that is only noted cannot be approved, and wrong fields are named', async () => {
    const fields = {
      ...{ from_ip: null, raw: 'x', hostname: 'pc1', ip: null, mac: '52:54:00:00:00:01' },
      ...{ room: 'r1', group: 'lab', role: 'server', pxe: 1 },
    }
    const noted = await noteDuplicate(test.deps.db, fields, 'is a host', new Date())
    expect((await test.ask('POST', `${path}/${noted.id}/approve`)).status).toBe(409)
    const { id } = await register(1)
    const wrong = await test.ask('PATCH', `${path}/${id}`, { hostname: 'a_b', ip: '1.2.3' })
    expect(wrong.status).toBe(422)
    expect(((await wrong.json()) as { detail: string }).detail).toContain('hostname')
    await register(2)
    const taken = await test.ask('PATCH', `${path}/${id}`, { mac: '52:54:00:00:01:02' })
    expect(await taken.json()).toMatchObject({ code: 'REGISTRATION_CONFLICT' })
  })

  it('is approved together with others; those in the way of something are named', async () => {
    await addTestHost(test, 1)
    await register(1)
    const clash = await register(2, { hostname: 'pc1' })
    await register(3)
    const answer = await test.ask('POST', `${path}/approve`, {})
    const { items } = (await answer.json()) as { items: { id: string; hostname: string | null }[] }
    expect(items.map((item) => item.hostname).sort()).toEqual(['new1', 'new3', null])
    expect(items.find((item) => item.id === clash.id)).toMatchObject({
      problem: { code: 'HOST_CONFLICT' },
    })
    const one = await test.ask('POST', `${path}/approve`, { ids: [clash.id, 'x'], replace: true })
    expect(await one.json()).toMatchObject({
      items: [{ hostname: 'pc1' }, { problem: { code: 'REGISTRATION_UNKNOWN' } }],
    })
  })
})

describe('rules', () => {
  const rules = { enabled: true, until: null, rules: [{ rooms: 'r1' }] }

  it('are off at first, and tell what was stored', async () => {
    expect(await get(`${path}/rules`)).toEqual({ enabled: false, until: null, rules: [] })
    const saved = await test.ask('PUT', `${path}/rules`, rules)
    expect(saved.status).toBe(200)
    expect(await get(`${path}/rules`)).toMatchObject({ enabled: true, rules: [{ rooms: 'r1' }] })
    expect(await actions()).toEqual(['registration.rules'])
  })

  it('approve what waits, and what comes, by their number', async () => {
    const first = await register(1)
    await test.ask('PUT', `${path}/rules`, rules)
    expect(await get(`${path}/${first.id}`)).toMatchObject({
      state: 'approved',
      decidedBy: 'rule 1',
    })
    const second = await register(2)
    const other = await register(3, { room: 'r2' })
    for (const { id, hostname, mac } of [second, other]) {
      const fields = { registration: id, hostname, mac, ip: null, state: 'pending' } as const
      test.bus.publish('registration.created', fields)
    }
    await test.deps.registrations.look()
    expect(await get(`${path}/${second.id}`)).toMatchObject({ state: 'approved' })
    expect(await get(`${path}/${other.id}`)).toMatchObject({ state: 'pending' })
    expect(await actions()).toContain('registration.approve')
  })

  it('never take the place of a host', async () => {
    await addTestHost(test, 1)
    const { id } = await register(1, { hostname: 'pc1' })
    await test.ask('PUT', `${path}/rules`, rules)
    expect(await get(`${path}/${id}`)).toMatchObject({ state: 'pending' })
  })
})
