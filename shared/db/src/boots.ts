import type { Insertable, Selectable } from 'kysely'
import type { BootTable, Db } from './schema.ts'

export type BootRow = Selectable<BootTable>

/** Stores a boot attempt as it now is. */
export async function saveBoot(db: Db, boot: BootRow): Promise<void> {
  const row: Insertable<BootTable> = { ...boot, steps: JSON.stringify(boot.steps) }
  await db
    .insertInto('boots')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
}

/** Newest first. */
export function listBoots(
  db: Db,
  filter: { host?: string; mac?: string; before?: Date; limit?: number } = {},
): Promise<BootRow[]> {
  let query = db.selectFrom('boots').selectAll().orderBy('started_at', 'desc')
  if (filter.host) query = query.where('hostname', '=', filter.host)
  if (filter.mac) query = query.where('mac', '=', filter.mac)
  if (filter.before) query = query.where('started_at', '<', filter.before)
  return query.limit(filter.limit ?? 50).execute()
}

export function findBoot(db: Db, id: string): Promise<BootRow | undefined> {
  return db.selectFrom('boots').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Forgets boots older than `before`. */
export async function pruneBoots(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('boots').where('last_at', '<', before).execute()
}
