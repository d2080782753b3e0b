import { hc } from 'hono/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Api } from './index.ts'
import { addTestHost, openTestApp, type TestApp, testToken } from './test-app.ts'

let test: TestApp
beforeAll(async () => {
  test = await openTestApp()
  await addTestHost(test, 1)
})
afterAll(() => test.close())

it('serves clients that are typed by it', async () => {
  const client = hc<Api>('http://localhost', {
    headers: { authorization: `Bearer ${testToken}` },
    fetch: (address: RequestInfo | URL, init?: RequestInit) => test.askBare(String(address), init),
  })
  const hosts = await client.api.v1.hosts.$get({ query: { room: 'r1' } })
  const names: string[] = (await hosts.json()).items.map((host) => host.hostname)
  expect(names).toEqual(['pc1'])
  const started = await client.api.v1.operations.$post({
    json: { commands: 'sync:1', targets: { hosts: ['pc1'] } },
  })
  const operation = await started.json()
  const phase: string | undefined = operation.hosts[0]?.phase
  expect([started.status, phase]).toEqual([201, 'waiting'])
  // @ts-expect-error there is no such field
  expect(operation.nonsense).toBeUndefined()
})
