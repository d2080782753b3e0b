import { type Selectable, sql } from 'kysely'
import type { BootTable, Db } from './schema.ts'

export type BootRow = Selectable<BootTable>

/** Stores boot attempts as they now are, many at once; no two with the same id. */
export async function saveBoots(db: Db, boots: BootRow[]): Promise<void> {
  if (boots.length === 0) return
  const rows = boots.map((boot) => ({
    ...boot,
    steps: JSON.stringify(boot.steps),
    files: JSON.stringify(boot.files),
    phases: JSON.stringify(boot.phases),
    verdict: boot.verdict && JSON.stringify(boot.verdict),
  }))
  await db
    .insertInto('boots')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        hostname: eb.ref('excluded.hostname'),
        mac: eb.ref('excluded.mac'),
        ip: eb.ref('excluded.ip'),
        firmware: eb.ref('excluded.firmware'),
        state: eb.ref('excluded.state'),
        started_at: eb.ref('excluded.started_at'),
        last_at: eb.ref('excluded.last_at'),
        steps: eb.ref('excluded.steps'),
        room: eb.ref('excluded.room'),
        group: eb.ref('excluded.group'),
        files: eb.ref('excluded.files'),
        verdict: eb.ref('excluded.verdict'),
        phases: eb.ref('excluded.phases'),
      })),
    )
    .execute()
}

/** How long the phases of a boot usually take. */
export interface UsualPhases {
  /** How many boots it was taken from. */
  boots: number
  /** The median of each phase that any of them had, in milliseconds. */
  phases: Record<string, number>
}

const usualBoots = 50
/** Machines that are switched on together suffer together: they are no measure for each other. */
const apart = sql`interval '5 minutes'`

/**
 * The medians of the newest boots that arrived in LINBO, at most 50, and begun five minutes before `before`.
 * @param where the room or the group; every boot counts without.
 */
export async function usualPhases(
  db: Db,
  before: Date,
  where: { room: string } | { group: string } | undefined = undefined,
): Promise<UsualPhases> {
  const place = !where
    ? sql`true`
    : 'room' in where
      ? sql`room = ${where.room}`
      : sql`"group" = ${where.group}`
  const { rows } = await sql<{ phase: string | null; ms: number | null; boots: number }>`
    with newest as (
      select phases from boots
      where state = 'linbo' and started_at < ${before}::timestamptz - ${apart} and ${place}
      order by started_at desc limit ${usualBoots}
    )
    select null as phase, null::float8 as ms, count(*)::int as boots from newest
    union all
    select key, percentile_cont(0.5) within group (order by value::float8), count(*)::int
    from newest, jsonb_each_text(newest.phases) group by key`.execute(db)
  const usual: UsualPhases = { boots: 0, phases: {} }
  for (const { phase, ms, boots } of rows) {
    if (phase === null) usual.boots = boots
    else if (ms !== null) usual.phases[phase] = Math.round(ms)
  }
  return usual
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
