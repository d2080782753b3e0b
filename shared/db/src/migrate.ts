import { type Kysely, sql } from 'kysely'
import { type Migration, migrations } from './migrations/index.ts'
import type { Tables } from './schema.ts'

// Any fixed number: everybody who migrates this database takes the same advisory lock.
const lock = 7_410_2222

/**
 * Brings the schema up to date. Several processes may do this at once: one migrates, the others wait for its
 * lock and find nothing left to do. Each run is one transaction, so a failed migration leaves no half.
 */
export async function migrate(
  db: Kysely<Tables>,
  list: Migration[] = migrations,
): Promise<string[]> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${lock})`.execute(trx)
    await sql`create table if not exists migrations (name text primary key, at timestamptz not null default now())`.execute(
      trx,
    )
    const done = await sql<{ name: string }>`select name from migrations`.execute(trx)
    const known = new Set(done.rows.map((row) => row.name))
    const applied: string[] = []
    for (const migration of list) {
      if (known.has(migration.name)) continue
      await migration.up(trx as unknown as Kysely<unknown>)
      await sql`insert into migrations (name) values (${migration.name})`.execute(trx)
      applied.push(migration.name)
    }
    return applied
  })
}
