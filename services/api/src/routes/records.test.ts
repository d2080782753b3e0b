import { saveBoots, saveLease, saveTransfers, type TransferRow } from '@linbo/db'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addTestHost, openTestApp, type TestApp, testBoot } from '../test-app.ts'

let test: TestApp
const at = new Date('2026-01-05T08:00:00Z')
const later = new Date('2026-01-05T08:00:02Z')

beforeAll(async () => {
  test = await openTestApp()
  await addTestHost(test, 1)
  const transfer = (id: string, more: Partial<TransferRow>): TransferRow => ({
    id,
    via: 'tftp',
    direction: 'down',
    hostname: 'pc1',
    ip: '10.0.0.1',
    file: 'linbo64',
    size_bytes: 1000,
    bytes: 0,
    result: null,
    reason: null,
    retries: null,
    started_at: at,
    finished_at: null,
    ...more,
  })
  await saveTransfers(test.deps.db, [
    transfer('t1', { result: 'ok', bytes: 1000, finished_at: later }),
    transfer('t2', {}),
    transfer('t3', { hostname: null }),
  ])
  const boot = { mac: '52:54:00:00:00:01', firmware: 'bios', started_at: at, last_at: later }
  await saveBoots(
    test.deps.db,
    ['b1', 'b2', 'b3'].map((id) => testBoot({ id, hostname: id === 'b3' ? null : 'pc1', ...boot })),
  )
  const mac = '52:54:00:00:00:09'
  await saveLease(test.deps.db, { mac, ip: '10.0.9.9', hostname: null, expires_at: later })
})
afterAll(() => test.close())

const get = async (path: string) => {
  const answer = await test.ask('GET', `/api/v1${path}`)
  expect(answer.status).toBe(200)
  return (await answer.json()) as { items: { id: string }[]; next: string | null }
}
const ids = async (path: string) => (await get(path)).items.map((item) => item.id)

describe('transfers', () => {
  it('come newest first, by host and while they run, without losing any between pages', async () => {
    expect(await ids('/transfers')).toEqual(['t3', 't2', 't1'])
    expect(await ids('/transfers?host=pc1')).toEqual(['t2', 't1'])
    expect(await ids('/transfers?running=true')).toEqual(['t3', 't2'])
    const first = await get('/transfers?limit=2')
    expect(await ids(`/transfers?limit=2&cursor=${first.next}`)).toEqual(['t1'])
  })

  it('show their progress while they run and their average speed afterwards', async () => {
    const progress = { transfer: 't2', bytes: 250, sizeBytes: 1000, bytesPerSecond: 99 }
    test.bus.publish('transfer.progress', progress)
    expect(await get('/transfers/t2')).toMatchObject({
      bytes: 250,
      bytesPerSecond: 99,
      result: null,
    })
    expect(await get('/transfers/t1')).toMatchObject({
      host: 'pc1',
      bytesPerSecond: 500,
      result: 'ok',
      finishedAt: later.toISOString(),
    })
    expect((await test.ask('GET', '/api/v1/transfers/none')).status).toBe(404)
  })
})

describe('boots', () => {
  it('come by host and by MAC, however it is written', async () => {
    expect(await ids('/boots?host=pc1')).toEqual(['b2', 'b1'])
    expect(await ids('/boots?mac=52-54-00-00-00-01&limit=2')).toEqual(['b3', 'b2'])
    expect(await ids('/boots?limit=2&cursor=b2')).toEqual(['b1'])
    expect(await get('/boots/b1')).toMatchObject({ host: 'pc1', firmware: 'bios', steps: [] })
    expect((await test.ask('GET', '/api/v1/boots/none')).status).toBe(404)
  })
})

it('lists leases', async () => {
  expect(await get('/leases')).toEqual({
    items: [
      { mac: '52:54:00:00:00:09', ip: '10.0.9.9', host: null, expiresAt: later.toISOString() },
    ],
    next: null,
  })
})

it('lists what administrators did, in pages', async () => {
  for (const room of ['r2', 'r3', 'r4']) await test.ask('PATCH', '/api/v1/hosts/pc1', { room })
  const first = await get('/audit?limit=2')
  expect(first.items).toMatchObject([{ detail: { room: 'r4' } }, { detail: { room: 'r3' } }])
  expect(await get(`/audit?limit=2&cursor=${first.next}`)).toMatchObject({
    items: [{ action: 'host.change', target: 'pc1', detail: { room: 'r2' } }],
    next: null,
  })
})

it('lists the settings in force in every process, each once', async () => {
  const row = (name: string) => ({ name, value: '1', origin: 'default', sentence: 'A number.' })
  const tell = (name: string, rows: object[]) =>
    test.bus.state.set(`settings:${name}@srv`, rows, 60_000)
  await tell('tftp', [row('LINBO_DIR'), row('LINBO_TFTP_PORT')])
  await tell('sync', [row('LINBO_DIR'), row('LINBO_RSYNC_PORT')])
  const items: object[] = (await get('/settings')).items
  expect(items.map((item) => 'name' in item && item.name).sort()).toEqual([
    'LINBO_DIR',
    'LINBO_RSYNC_PORT',
    'LINBO_TFTP_PORT',
  ])
})

it('says which boot files are missing and what to do', async () => {
  expect((await get('/boot-files')).items).toContainEqual(
    expect.objectContaining({ path: 'linbo64', present: false, fix: expect.stringMatching(/./) }),
  )
})

it('sums the suite up', async () => {
  const facts = { port: 69 }
  const report = { service: 'tftp', machine: 'srv', state: 'ok', facts }
  await test.bus.state.set('service:tftp@srv', report, 60_000)
  const status = await get('/status')
  expect(status).toMatchObject({
    version: '0.0.0',
    serverIp: '10.0.0.254',
    services: [{ service: 'tftp', machine: 'srv', state: 'ok', detail: null, facts }],
    hosts: { total: 1, byStatus: { unknown: 1 } },
    operations: { running: 0, queued: 0 },
    transfers: { running: 1, bytesPerSecond: 99 },
    isPasswordSet: false,
    lastEventId: await test.bus.lastId(),
  })
})
