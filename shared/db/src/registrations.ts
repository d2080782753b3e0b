import { randomUUID } from 'node:crypto'
import type { ColumnType, Generated, JSONColumnType, Selectable } from 'kysely'
import type { Db } from './schema.ts'

export type RegistrationState = 'pending' | 'approved' | 'rejected' | 'duplicate'

/** A machine that asked to become a host, from its own screen. */
export interface RegistrationTable {
  id: string
  at: Generated<Date>
  /** When it asked last, and how often it has since `at`. */
  updated_at: Generated<Date>
  times: Generated<number>
  /** The address it asked from. */
  from_ip: string | null
  /** The line as it came. */
  raw: string
  hostname: string
  /** Lower-case with colons. Only one registration of a MAC can be pending. */
  mac: string
  /** Null when the address comes from the pool. */
  ip: string | null
  room: string
  group: string
  role: string
  pxe: number
  state: RegistrationState
  /** Why it was rejected, or what it is a duplicate of. */
  reason: string | null
  decided_by: string | null
  decided_at: ColumnType<Date | null, Date | null | undefined, Date | null>
}

export interface RegistrationRulesTable {
  id: number
  rules: JSONColumnType<object, string, string>
}

export type RegistrationRow = Selectable<RegistrationTable>
export type NewRegistration = Pick<
  RegistrationRow,
  'from_ip' | 'raw' | 'hostname' | 'mac' | 'ip' | 'room' | 'group' | 'role' | 'pxe'
>

/** More registrations than these are not kept once they are decided. */
const keptDecided = 2000

/** Adds a pending registration; one of the same MAC that still waits is changed instead. */
export function askForRegistration(
  db: Db,
  asked: NewRegistration,
  at: Date,
): Promise<RegistrationRow> {
  return db
    .insertInto('registrations')
    .values({ ...asked, id: randomUUID(), at, updated_at: at, state: 'pending' })
    .onConflict((conflict) =>
      conflict
        .column('mac')
        .where('state', '=', 'pending')
        .doUpdateSet((eb) => ({
          ...asked,
          updated_at: at,
          times: eb('registrations.times', '+', 1),
        })),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Notes that a machine asked again for what it has; the newest such note of a MAC is kept. */
export async function noteDuplicate(
  db: Db,
  asked: NewRegistration,
  reason: string,
  at: Date,
): Promise<RegistrationRow> {
  const known = await db
    .updateTable('registrations')
    .set((eb) => ({ ...asked, reason, updated_at: at, times: eb('times', '+', 1) }))
    .where('mac', '=', asked.mac)
    .where('state', '=', 'duplicate')
    .returningAll()
    .executeTakeFirst()
  if (known) return known
  return db
    .insertInto('registrations')
    .values({ ...asked, id: randomUUID(), at, updated_at: at, state: 'duplicate', reason })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Who asked last comes first. */
export function listRegistrations(
  db: Db,
  filter: { state?: RegistrationState; limit?: number } = {},
): Promise<RegistrationRow[]> {
  let query = db.selectFrom('registrations').selectAll().orderBy('updated_at', 'desc').orderBy('id')
  if (filter.state) query = query.where('state', '=', filter.state)
  return query.limit(filter.limit ?? 1000).execute()
}

export function findRegistration(db: Db, id: string): Promise<RegistrationRow | undefined> {
  return db.selectFrom('registrations').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Changes a registration that still waits; undefined when there is none. */
export function changeRegistration(
  db: Db,
  id: string,
  changes: Partial<
    Pick<NewRegistration, 'hostname' | 'mac' | 'ip' | 'room' | 'group' | 'role' | 'pxe'>
  >,
): Promise<RegistrationRow | undefined> {
  return db
    .updateTable('registrations')
    .set(changes)
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .returningAll()
    .executeTakeFirst()
}

/** Ends a registration that waits; undefined when somebody else was first. */
export async function decideRegistration(
  db: Db,
  id: string,
  decision: { state: 'approved' | 'rejected'; by: string; reason: string | null; at: Date },
): Promise<RegistrationRow | undefined> {
  const { state, by, reason, at } = decision
  const row = await db
    .updateTable('registrations')
    .set({ state, decided_by: by, decided_at: at, reason })
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .returningAll()
    .executeTakeFirst()
  await db
    .deleteFrom('registrations')
    .where('id', 'in', (select) =>
      select
        .selectFrom('registrations')
        .select('id')
        .where('state', '!=', 'pending')
        .orderBy('updated_at', 'desc')
        .offset(keptDecided),
    )
    .execute()
  return row
}

/** The rules for approving without asking, as they were stored; undefined when there never were any. */
export async function readRegistrationRules(db: Db): Promise<object | undefined> {
  const row = await db.selectFrom('registration_rules').select('rules').executeTakeFirst()
  return row?.rules
}

export async function saveRegistrationRules(db: Db, rules: object): Promise<void> {
  const text = JSON.stringify(rules)
  await db
    .insertInto('registration_rules')
    .values({ id: 1, rules: text })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ rules: text }))
    .execute()
}
