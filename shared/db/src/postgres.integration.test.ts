import { startPostgres, type TestPostgres } from '@linbo/test/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeDatabaseContract } from './contract.ts'
import { listHosts, openDatabase } from './index.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
}, 60_000)
afterAll(() => postgres.stop())

describeDatabaseContract('Postgres', async () => {
  return openDatabase({ url: await postgres.createDatabase('contract'), dataDir: '' })
})

describe('Postgres', () => {
  it('is migrated by several processes that start at once', async () => {
    const url = await postgres.createDatabase('race')
    const all = await Promise.all([1, 2, 3, 4].map(() => openDatabase({ url, dataDir: '' })))
    for (const one of all) expect(await listHosts(one.db)).toEqual([])
    for (const one of all) await one.close()
  })

  it('says what to do when it does not answer', async () => {
    const away = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/x', dataDir: '' })
    await expect(away).rejects.toMatchObject({
      code: 'DB_UNREACHABLE',
      fix: 'Start Postgres, or correct DATABASE_URL.',
    })
  })
})
