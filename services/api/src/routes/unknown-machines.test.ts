import { askForRegistration, findHost, listAudit, saveBoots, saveUnknownMachines } from '@linbo/db'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addTestHost, openTestApp, type TestApp, testBoot } from '../test-app.ts'

let test: TestApp
beforeAll(async () => {
  test = await openTestApp()
})
afterAll(() => test.close())
beforeEach(async () => {
  for (const table of ['unknown_machines', 'registrations', 'hosts', 'boots', 'audit'] as const)
    await test.deps.db.deleteFrom(table).execute()
})

const path = '/api/v1/unknown-machines'
const macOf = (number: number) => `52:54:00:00:02:0${number}`
const heard = (number: number, more: object = {}) =>
  saveUnknownMachines(test.deps.db, [
    {
      ...{ mac: macOf(number), ip: `10.0.0.20${number}`, firmware: 'uefi-x64', boots: 1 },
      ...{ first_at: new Date(test.clock.now()), last_at: new Date(test.clock.now() + number) },
      ...{ step: 'linbo-ack', ok: true, detail: 'no group', ...more },
    },
  ])
const macs = async (query = '') => {
  const answer = await test.ask('GET', `${path}${query}`)
  return ((await answer.json()) as { items: { mac: string }[] }).items.map((one) => one.mac)
}

describe('unknown machines', () => {
  it('are listed with what they did last; the quiet and the hidden when asked for', async () => {
    await heard(1)
    await heard(2, { boots: 0 })
    await heard(3)
    await addTestHost(test, 4, { mac: macOf(4) })
    await heard(4)
    await saveBoots(test.deps.db, [
      testBoot({
        mac: macOf(1),
        state: 'stalled',
        verdict: { code: 'unregistered', facts: {} },
      }),
    ])
    expect(await macs()).toEqual([macOf(3), macOf(1)])
    expect(await macs('?all=true')).toEqual([macOf(3), macOf(2), macOf(1)])
    expect((await test.ask('PATCH', `${path}/${macOf(3)}`, { hidden: true })).status).toBe(204)
    expect(await macs()).toEqual([macOf(1)])
    expect(await macs('?hidden=true')).toEqual([macOf(3), macOf(1)])
    const { items } = (await (await test.ask('GET', path)).json()) as { items: object[] }
    expect(items[0]).toMatchObject({
      ...{ ip: '10.0.0.201', firmware: 'uefi-x64', boots: 1, step: 'linbo-ack' },
      boot: { state: 'stalled', verdict: { code: 'unregistered' } },
    })
  })

  it('become hosts with what is proposed', async () => {
    await addTestHost(test, 1, { hostname: 'pc01' })
    await heard(1)
    const proposed = await test.ask('GET', `${path}/${macOf(1)}/proposal?room=r1`)
    expect(await proposed.json()).toEqual({
      ...{ hostname: 'pc02', room: 'r1', group: 'lab', ip: '10.0.0.2' },
    })
    const adopted = await test.ask('POST', `${path}/${macOf(1)}/adopt`)
    expect(adopted.status).toBe(201)
    expect(adopted.headers.get('location')).toBe('/api/v1/hosts/pc02')
    expect(await findHost(test.deps.db, 'pc02')).toMatchObject({ mac: macOf(1), ip: '10.0.0.2' })
    expect(await macs()).toEqual([])
    expect((await listAudit(test.deps.db))[0]).toMatchObject({
      action: 'host.adopt',
      target: 'pc02',
    })
  })

  it('become what they are told, and a registration of theirs is settled with it', async () => {
    await heard(1)
    await askForRegistration(
      test.deps.db,
      {
        ...{ from_ip: null, raw: 'x', hostname: 'wish', ip: null, mac: macOf(1) },
        ...{ room: 'r1', group: 'lab', role: 'server', pxe: 1 },
      },
      new Date(),
    )
    const fields = { hostname: 'PC77', room: 'r7', group: 'lab', ip: null, comment: 'found' }
    const adopted = await test.ask('POST', `${path}/${macOf(1)}/adopt`, fields)
    expect(await adopted.json()).toMatchObject({ hostname: 'pc77', room: 'r7', ip: null })
    const { items } = (await (await test.ask('GET', '/api/v1/registrations')).json()) as {
      items: object[]
    }
    expect(items).toMatchObject([{ state: 'approved', reason: 'adopted as pc77' }])
  })

  it('are refused when somebody has the name, and when nothing can be proposed', async () => {
    await heard(1)
    const incomplete = await test.ask('POST', `${path}/${macOf(1)}/adopt`, { room: 'r1' })
    expect(await incomplete.json()).toMatchObject({ code: 'ADOPTION_INCOMPLETE' })
    await addTestHost(test, 1)
    const taken = await test.ask('POST', `${path}/${macOf(1)}/adopt`, { hostname: 'pc1' })
    expect(await taken.json()).toMatchObject({ code: 'HOST_CONFLICT' })
    expect(await macs()).toEqual([macOf(1)])
    const nobody = await test.ask('POST', `${path}/${macOf(9)}/adopt`, { hostname: 'pc1' })
    expect(await nobody.json()).toMatchObject({ code: 'MACHINE_UNKNOWN' })
    expect((await test.ask('DELETE', `${path}/${macOf(1)}`)).status).toBe(204)
    expect((await test.ask('DELETE', `${path}/${macOf(1)}`)).status).toBe(404)
  })
})
