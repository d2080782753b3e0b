import { appendOutput, changeOperation, findOperation, listAudit } from '@linbo/db'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { OperationView } from '../operations/operation-view.ts'
import { addTestHost, openTestApp, type TestApp } from '../test-app.ts'

let test: TestApp
beforeAll(async () => {
  test = await openTestApp()
  await addTestHost(test, 1)
  await addTestHost(test, 2)
  await addTestHost(test, 3, { pxe: 0 })
})
afterAll(() => test.close())
beforeEach(() => test.deps.db.deleteFrom('operations').execute())

const start = (body: object) => test.ask('POST', '/api/v1/operations', body)
async function started(body: object): Promise<OperationView> {
  const answer = await start(body)
  expect(answer.status).toBe(201)
  return (await answer.json()) as OperationView
}
const sync = { commands: 'sync:1, start:1', targets: { group: 'lab' } }

describe('starting an operation', () => {
  it('queues it for the hosts that are meant, and tells the workers', async () => {
    const before = test.events.length
    const operation = await started(sync)
    expect(operation).toMatchObject({
      state: 'queued',
      commands: 'sync:1,start:1',
      options: { when: 'now' },
      createdBy: 'admin',
      startedAt: null,
      hosts: [
        { hostname: 'pc1', phase: 'waiting', percent: null, exitCode: null },
        { hostname: 'pc2', phase: 'waiting' },
      ],
    })
    expect(test.events.slice(before)).toMatchObject([
      { type: 'operation.queued', operation: operation.id },
    ])
    expect((await listAudit(test.deps.db))[0]).toMatchObject({
      action: 'operation.start',
      target: operation.id,
      detail: { commands: 'sync:1,start:1', hosts: ['pc1', 'pc2'] },
    })
  })

  it('takes a wake-up without commands, with its defaults', async () => {
    const operation = await started({
      commands: '',
      targets: { hosts: ['pc1'] },
      options: { wake: { waitSeconds: 30 } },
    })
    expect(operation).toMatchObject({
      commands: '',
      options: { when: 'now', wake: { waitSeconds: 30, betweenSeconds: 0, broadcast: false } },
    })
  })

  it('takes what is for the next boot', async () => {
    const options = { when: 'next-boot', noauto: true, disableGui: true }
    const operation = await started({ commands: '', targets: { room: 'r1' }, options })
    expect(operation.options).toEqual(options)
  })

  it.each([
    ['COMMANDS_INVALID', { commands: 'dance:1', targets: { group: 'lab' } }, 'dance'],
    ['COMMANDS_INVALID', { commands: '', targets: { group: 'lab' } }, 'nothing to do'],
    [
      'TARGETS_UNKNOWN',
      { commands: 'sync:1', targets: { hosts: ['pc1', 'pc8', 'pc9'] } },
      'pc8, pc9',
    ],
    ['TARGETS_INVALID', { commands: 'sync:1', targets: { hosts: ['pc3'] } }, 'pc3'],
    [
      'TARGETS_INVALID',
      { commands: 'sync:1', targets: { hosts: ['pc1'], group: 'lab' } },
      'hosts and group',
    ],
    ['TARGETS_INVALID', { commands: 'upload_image:1', targets: { group: 'lab' } }, 'upload_image'],
    ['REQUEST_INVALID', { commands: 'sync:1', targets: { planet: 'mars' } }, 'planet'],
    [
      'REQUEST_INVALID',
      { commands: 'sync:1', targets: {}, options: { when: 'never' } },
      'options.when',
    ],
  ])('refuses with %s %j', async (code, body, detail) => {
    const answer = await start(body)
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ code, detail: expect.stringContaining(detail) })
  })
})

describe('operations that are there', () => {
  it('come newest first, in pages, by state and by host', async () => {
    const ids = []
    for (const host of ['pc1', 'pc2', 'pc1']) {
      ids.unshift((await started({ commands: 'label', targets: { hosts: [host] } })).id)
    }
    await changeOperation(test.deps.db, ids[0] ?? '', { state: 'done', finished_at: new Date() })
    const list = async (query: string) => {
      const answer = await test.ask('GET', `/api/v1/operations?${query}`)
      return (await answer.json()) as { items: OperationView[]; next: string | null }
    }
    const seen: string[] = []
    let cursor = ''
    do {
      const page = await list(`limit=2${cursor}`)
      seen.push(...page.items.map((one) => one.id))
      cursor = page.next ? `&cursor=${page.next}` : ''
    } while (cursor !== '')
    expect(seen).toEqual(ids)
    expect((await list('host=pc2')).items.map((one) => one.id)).toEqual([ids[1]])
    expect((await list('state=done')).items.map((one) => one.id)).toEqual([ids[0]])
    expect((await list('state=done')).items[0]?.hosts).toHaveLength(1)
  })

  it('can be cancelled until they are over', async () => {
    const { id } = await started(sync)
    const answer = await test.ask('POST', `/api/v1/operations/${id}/cancel`)
    expect(answer.status).toBe(200)
    expect((await findOperation(test.deps.db, id))?.cancel_requested).toBe(true)
    expect(test.events.at(-1)).toMatchObject({ type: 'operation.cancel', operation: id })
    await changeOperation(test.deps.db, id, { state: 'cancelled', finished_at: new Date() })
    expect((await test.ask('POST', `/api/v1/operations/${id}/cancel`)).status).toBe(409)
  })

  it('give their output by host, after a line, and in pages', async () => {
    const { id } = await started(sync)
    const at = new Date()
    const line = (hostname: string, seq: number) => ({
      operation_id: id,
      hostname,
      seq,
      at,
      text: `${seq}`,
    })
    await appendOutput(test.deps.db, [
      line('pc1', 0),
      line('pc1', 1),
      line('pc2', 0),
      line('pc2', 1),
    ])
    const read = async (query: string) => {
      const answer = await test.ask('GET', `/api/v1/operations/${id}/output?${query}`)
      const page = (await answer.json()) as {
        items: { host: string; seq: number }[]
        next: string | null
      }
      return { lines: page.items.map(({ host, seq }) => `${host}:${seq}`), next: page.next }
    }
    expect((await read('')).lines).toEqual(['pc1:0', 'pc1:1', 'pc2:0', 'pc2:1'])
    expect((await read('host=pc2&after=0')).lines).toEqual(['pc2:1'])
    const first = await read('limit=3')
    expect(first.lines).toEqual(['pc1:0', 'pc1:1', 'pc2:0'])
    expect((await read(`cursor=${encodeURIComponent(first.next ?? '')}`)).lines).toEqual(['pc2:1'])
    const foreign = await test.ask('GET', `/api/v1/operations/${id}/output?cursor=x`)
    expect(foreign.status).toBe(422)
  })

  it('answer 404 when unknown', async () => {
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/cancel'],
      ['GET', '/output'],
    ] as const) {
      const answer = await test.ask(method, `/api/v1/operations/none${path}`)
      expect(answer.status).toBe(404)
      expect(await answer.json()).toMatchObject({ code: 'OPERATION_UNKNOWN' })
    }
  })
})
