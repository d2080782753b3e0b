import { type Selectable, sql, type Updateable } from 'kysely'
import type { Db, OperationHostTable, OperationOutputTable, OperationTable } from './schema.ts'

export type OperationRow = Selectable<OperationTable>
export type OperationHostRow = Selectable<OperationHostTable>
export type OperationOutputRow = Selectable<OperationOutputTable>

export interface NewOperation {
  id: string
  commands: string
  options: Record<string, unknown>
  createdBy: string
  hosts: string[]
}

/** Stores an operation with its hosts as `queued`/`waiting`; a worker takes it from there. */
export async function createOperation(db: Db, operation: NewOperation): Promise<OperationRow> {
  return db.transaction().execute(async (trx) => {
    const row = await trx
      .insertInto('operations')
      .values({
        id: operation.id,
        state: 'queued',
        commands: operation.commands,
        options: JSON.stringify(operation.options),
        created_by: operation.createdBy,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    if (operation.hosts.length > 0) {
      await trx
        .insertInto('operation_hosts')
        .values(
          operation.hosts.map((hostname) => ({ operation_id: row.id, hostname, phase: 'waiting' })),
        )
        .execute()
    }
    return row
  })
}

/** Newest first; `beforeId` is the last one of the page before. */
export async function listOperations(
  db: Db,
  filter: { state?: string; limit?: number; beforeId?: string; host?: string } = {},
): Promise<OperationRow[]> {
  const { beforeId } = filter
  let query = db
    .selectFrom('operations')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
  if (beforeId) {
    query = query.where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('created_at', 'id'),
        '<',
        selectFrom('operations')
          .select(['created_at', 'id'])
          .where('id', '=', beforeId)
          .$asTuple('created_at', 'id'),
      ),
    )
  }
  if (filter.state) query = query.where('state', '=', filter.state)
  const { host } = filter
  if (host) {
    query = query.where('id', 'in', (q) =>
      q.selectFrom('operation_hosts').select('operation_id').where('hostname', '=', host),
    )
  }
  return query.limit(filter.limit ?? 100).execute()
}

export function findOperation(db: Db, id: string): Promise<OperationRow | undefined> {
  return db.selectFrom('operations').selectAll().where('id', '=', id).executeTakeFirst()
}

export function listOperationHosts(db: Db, ids: string[]): Promise<OperationHostRow[]> {
  if (ids.length === 0) return Promise.resolve([])
  return db
    .selectFrom('operation_hosts')
    .selectAll()
    .where('operation_id', 'in', ids)
    .orderBy('hostname')
    .execute()
}

/** Takes the oldest queued operation for this worker; no two workers get the same one. */
export async function claimOperation(db: Db, worker: string): Promise<OperationRow | undefined> {
  const now = new Date()
  return db
    .updateTable('operations')
    .set({ state: 'running', worker, heartbeat_at: now, started_at: now })
    .where('id', '=', (q) =>
      q
        .selectFrom('operations')
        .select('id')
        .where('state', '=', 'queued')
        .orderBy('created_at')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .executeTakeFirst()
}

export async function changeOperation(
  db: Db,
  id: string,
  changes: Updateable<OperationTable>,
): Promise<OperationRow | undefined> {
  return db
    .updateTable('operations')
    .set(changes)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}

export async function changeOperationHost(
  db: Db,
  id: string,
  hostname: string,
  changes: Updateable<OperationHostTable>,
): Promise<void> {
  await db
    .updateTable('operation_hosts')
    .set(changes)
    .where('operation_id', '=', id)
    .where('hostname', '=', hostname)
    .execute()
}

/** A worker says that it lives, for all operations it runs. */
export async function heartbeat(db: Db, worker: string): Promise<void> {
  await db
    .updateTable('operations')
    .set({ heartbeat_at: new Date() })
    .where('worker', '=', worker)
    .where('state', '=', 'running')
    .execute()
}

/**
 * Marks running operations whose worker is gone as `interrupted`, with the hosts that were not finished.
 * @param silentSince workers that have said nothing since then are gone; pass the present for an embedded
 *   database at start, where no other worker can exist.
 */
export async function interruptAbandoned(db: Db, silentSince: Date): Promise<OperationRow[]> {
  return db.transaction().execute(async (trx) => {
    const now = new Date()
    const rows = await trx
      .updateTable('operations')
      .set({ state: 'interrupted', finished_at: now })
      .where('state', '=', 'running')
      .where((w) => w.or([w('heartbeat_at', 'is', null), w('heartbeat_at', '<=', silentSince)]))
      .returningAll()
      .execute()
    if (rows.length > 0) {
      await trx
        .updateTable('operation_hosts')
        .set({
          phase: 'interrupted',
          reason: 'the server stopped while this ran',
          finished_at: now,
        })
        .where(
          'operation_id',
          'in',
          rows.map((row) => row.id),
        )
        .where('finished_at', 'is', null)
        .execute()
    }
    return rows
  })
}

/** The running operations of this worker that somebody asked to stop. */
export async function listCancelRequests(db: Db, worker: string): Promise<string[]> {
  const rows = await db
    .selectFrom('operations')
    .select('id')
    .where('worker', '=', worker)
    .where('state', '=', 'running')
    .where('cancel_requested', '=', true)
    .execute()
  return rows.map((row) => row.id)
}

/** Ends the operations that were cancelled before any worker took them, with their hosts. */
export async function cancelQueued(db: Db): Promise<OperationRow[]> {
  return db.transaction().execute(async (trx) => {
    const now = new Date()
    const rows = await trx
      .updateTable('operations')
      .set({ state: 'cancelled', finished_at: now })
      .where('state', '=', 'queued')
      .where('cancel_requested', '=', true)
      .returningAll()
      .execute()
    if (rows.length > 0) {
      const ids = rows.map((row) => row.id)
      await trx
        .updateTable('operation_hosts')
        .set({ phase: 'cancelled', reason: 'cancelled', finished_at: now })
        .where('operation_id', 'in', ids)
        .execute()
    }
    return rows
  })
}

export async function appendOutput(db: Db, rows: OperationOutputRow[]): Promise<void> {
  if (rows.length > 0) await db.insertInto('operation_output').values(rows).execute()
}

export function readOutput(
  db: Db,
  id: string,
  filter: {
    host?: string
    after?: number
    /** The last row of the page before. */
    beyond?: { hostname: string; seq: number }
    limit?: number
  } = {},
): Promise<OperationOutputRow[]> {
  const { beyond } = filter
  let query = db.selectFrom('operation_output').selectAll().where('operation_id', '=', id)
  if (filter.host) query = query.where('hostname', '=', filter.host)
  if (filter.after !== undefined) query = query.where('seq', '>', filter.after)
  if (beyond) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('hostname', 'seq'), '>', tuple(beyond.hostname, beyond.seq)),
    )
  }
  return query
    .orderBy('hostname')
    .orderBy('seq')
    .limit(filter.limit ?? 5000)
    .execute()
}

/** How many operations are in each state. */
export async function countOperations(db: Db): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('operations')
    .select(['state', sql<number>`count(*)::int`.as('count')])
    .groupBy('state')
    .execute()
  return Object.fromEntries(rows.map((row) => [row.state, row.count]))
}
