import type { Selectable } from 'kysely'
import type { Db, TransferTable } from './schema.ts'

export type TransferRow = Selectable<TransferTable>

/** Stores transfers as they now are, many at once. */
export async function saveTransfers(db: Db, rows: TransferRow[]): Promise<void> {
  if (rows.length === 0) return
  await db
    .insertInto('transfers')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        bytes: eb.ref('excluded.bytes'),
        size_bytes: eb.ref('excluded.size_bytes'),
        result: eb.ref('excluded.result'),
        reason: eb.ref('excluded.reason'),
        retries: eb.ref('excluded.retries'),
        finished_at: eb.ref('excluded.finished_at'),
      })),
    )
    .execute()
}

/** Newest first; `beforeId` is the last one of the page before. */
export function listTransfers(
  db: Db,
  filter: {
    host?: string
    running?: boolean
    beforeId?: string
    limit?: number
  } = {},
): Promise<TransferRow[]> {
  const { beforeId } = filter
  let query = db
    .selectFrom('transfers')
    .selectAll()
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
  if (beforeId) {
    query = query.where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('started_at', 'id'),
        '<',
        selectFrom('transfers')
          .select(['started_at', 'id'])
          .where('id', '=', beforeId)
          .$asTuple('started_at', 'id'),
      ),
    )
  }
  if (filter.host) query = query.where('hostname', '=', filter.host)
  if (filter.running) query = query.where('result', 'is', null)
  return query.limit(filter.limit ?? 100).execute()
}

export function findTransfer(db: Db, id: string): Promise<TransferRow | undefined> {
  return db.selectFrom('transfers').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Ends transfers that a stopped server left open. */
export async function abortOpenTransfers(db: Db): Promise<void> {
  await db
    .updateTable('transfers')
    .set({ result: 'aborted', reason: 'the server stopped', finished_at: new Date() })
    .where('result', 'is', null)
    .execute()
}

/** Forgets transfers started before `before`. */
export async function pruneTransfers(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('transfers').where('started_at', '<', before).execute()
}
