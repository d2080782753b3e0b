import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { startPostgres, type TestPostgres } from '@linbo/test/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestApp, type TestApp } from '../test-app.ts'
import { testStartConf } from './test-start-conf.ts'

interface Version {
  number: number
  revision: string | null
  source: string
}

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
}, 60_000)
afterAll(() => postgres.stop())

describe('two API processes', () => {
  it('number the versions of one start.conf together, whatever is written at the same time', async () => {
    const databaseUrl = await postgres.createDatabase('two')
    const one = await openTestApp({ databaseUrl })
    const other = await openTestApp({ databaseUrl, folder: dirname(one.root) })
    const put = (app: TestApp, text: string, headers: Record<string, string> = {}) =>
      app.ask('PUT', '/api/v1/groups/lab/start-conf', text, headers)
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => put(n % 2 ? one : other, testStartConf('lab', `v${n}`))),
    )
    const list = await (await one.ask('GET', '/api/v1/groups/lab/versions')).json()
    const { items } = list as { items: Version[] }
    expect(items.map((version) => version.number)).toEqual(
      Array.from({ length: 20 }, (_, n) => 20 - n),
    )
    expect(items.every((version) => version.source === 'api')).toBe(true)
    const etag = `"${items[0]?.revision}"`
    const both = await Promise.all(
      [one, other].map((app, n) =>
        put(app, testStartConf('lab', `mine${n}`), { 'if-match': etag }),
      ),
    )
    expect(both.map((answer) => answer.status).sort()).toEqual([200, 412])
    await writeFile(join(one.root, 'start.conf.lab'), testStartConf('lab', 'by hand'))
    const seen = (app: TestApp) =>
      app.events.filter((event) => event.type === 'start-conf.changed' && event.author === 'disk')
    await expect.poll(() => seen(one).length + seen(other).length, { timeout: 20_000 }).toBe(1)
    expect((await one.ask('GET', '/api/v1/groups/lab')).status).toBe(200)
    await other.close()
    await one.close()
  })
})
