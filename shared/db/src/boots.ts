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

/** Newest first; `beforeId` is the last one of the page before. */
export function listBoots(
  db: Db,
  filter: { host?: string; mac?: string; beforeId?: string; limit?: number } = {},
): Promise<BootRow[]> {
  const { beforeId } = filter
  let query = db.selectFrom('boots').selectAll().orderBy('started_at', 'desc').orderBy('id', 'desc')
  if (beforeId) {
    query = query.where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('started_at', 'id'),
        '<',
        selectFrom('boots')
          .select(['started_at', 'id'])
          .where('id', '=', beforeId)
          .$asTuple('started_at', 'id'),
      ),
    )
  }
  if (filter.host) query = query.where('hostname', '=', filter.host)
  if (filter.mac) query = query.where('mac', '=', filter.mac)
  return query.limit(filter.limit ?? 50).execute()
}

export function findBoot(db: Db, id: string): Promise<BootRow | undefined> {
  return db.selectFrom('boots').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The newest boot of each of these hosts. */
export function latestBoots(db: Db, hostnames: string[]): Promise<BootRow[]> {
  if (hostnames.length === 0) return Promise.resolve([])
  return db
    .selectFrom('boots')
    .distinctOn('hostname')
    .selectAll()
    .where('hostname', 'in', hostnames)
    .orderBy('hostname')
    .orderBy('started_at', 'desc')
    .execute()
}

/** Drops one boot: it turned out to be part of another. */
export async function removeBoot(db: Db, id: string): Promise<void> {
  await db.deleteFrom('boots').where('id', '=', id).execute()
}

/** Forgets boots older than `before`. */
export async function pruneBoots(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('boots').where('last_at', '<', before).execute()
}
