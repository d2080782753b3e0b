import { type Generated, type Selectable, sql } from 'kysely'
import type { BootRow } from './boots.ts'
import type { Db } from './schema.ts'

/** A machine that was heard of and is no host. */
export interface UnknownMachineTable {
  mac: string
  ip: string | null
  /** `uefi-x64`, `bios`, … when it told. */
  firmware: string | null
  first_at: Date
  last_at: Date
  /** How often it tried to boot. */
  boots: number
  /** What it did last on a boot, and whether that went well. */
  step: string | null
  ok: boolean | null
  detail: string | null
  /** An administrator does not want to see it. */
  is_hidden: Generated<boolean>
}

export type UnknownMachineRow = Selectable<UnknownMachineTable>

/** So many are remembered; then those that were quiet the longest go, hidden ones last. */
const keptMachines = 2000

/** Stores machines as they now are, each at most once; whether one is hidden stays. */
export async function saveUnknownMachines(
  db: Db,
  machines: Omit<UnknownMachineRow, 'is_hidden'>[],
): Promise<void> {
  if (machines.length === 0) return
  await db
    .insertInto('unknown_machines')
    .values(machines)
    .onConflict((conflict) =>
      conflict.column('mac').doUpdateSet((eb) => ({
        ip: eb.ref('excluded.ip'),
        firmware: eb.ref('excluded.firmware'),
        last_at: eb.ref('excluded.last_at'),
        boots: eb.ref('excluded.boots'),
        step: eb.ref('excluded.step'),
        ok: eb.ref('excluded.ok'),
        detail: eb.ref('excluded.detail'),
      })),
    )
    .execute()
}

/** Machines that are no hosts by now either; who was heard of last comes first. */
export function listUnknownMachines(
  db: Db,
  filter: { limit?: number } = {},
): Promise<UnknownMachineRow[]> {
  return db
    .selectFrom('unknown_machines')
    .selectAll()
    .where('mac', 'not in', (select) => select.selectFrom('hosts').select('mac'))
    .orderBy('last_at', 'desc')
    .limit(filter.limit ?? keptMachines)
    .execute()
}

export function findUnknownMachine(db: Db, mac: string): Promise<UnknownMachineRow | undefined> {
  return db.selectFrom('unknown_machines').selectAll().where('mac', '=', mac).executeTakeFirst()
}

/** The MAC of the machine that was heard of last at this address, not longer ago than `since`. */
export async function findUnknownMac(db: Db, ip: string, since: Date): Promise<string | undefined> {
  const row = await db
    .selectFrom('unknown_machines')
    .select('mac')
    .where('ip', '=', ip)
    .where('last_at', '>=', since)
    .orderBy('last_at', 'desc')
    .executeTakeFirst()
  return row?.mac
}

/** True when there is such a machine. */
export async function hideUnknownMachine(db: Db, mac: string, isHidden: boolean): Promise<boolean> {
  const result = await db
    .updateTable('unknown_machines')
    .set({ is_hidden: isHidden })
    .where('mac', '=', mac)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** True when there was one. */
export async function forgetUnknownMachine(db: Db, mac: string): Promise<boolean> {
  const result = await db.deleteFrom('unknown_machines').where('mac', '=', mac).executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** Forgets machines that became hosts, those quiet since `before` unless hidden, and those that are too many. */
export async function pruneUnknownMachines(db: Db, before: Date): Promise<void> {
  await sql`
    delete from unknown_machines where
      mac in (select mac from hosts)
      or (last_at < ${before.toISOString()}::timestamptz and not is_hidden)
      or mac in (
        select mac from unknown_machines order by is_hidden desc, last_at desc offset ${keptMachines}
      )`.execute(db)
}

/** The newest boot of each of these machines while it was no host. */
export function latestBootsOfUnknown(db: Db, macs: string[]): Promise<BootRow[]> {
  if (macs.length === 0) return Promise.resolve([])
  return db
    .selectFrom('boots')
    .distinctOn('mac')
    .selectAll()
    .where('mac', 'in', macs)
    .orderBy('mac')
    .orderBy('started_at', 'desc')
    .execute()
}
