import { type JSONColumnType, type Selectable, sql } from 'kysely'
import type { Db } from './schema.ts'

/** What a machine is made of, by the MAC it is known by. */
export interface HardwareTable {
  mac: string
  /** When the list came. */
  at: Date
  facts: JSONColumnType<object, string, string>
}

/** When a host got an image, or made one, last. */
export interface ImageUseTable {
  hostname: string
  /** `win11.qcow2` */
  image: string
  kind: 'applied' | 'created'
  /** `YYYYmmddHHMM` by the client's clock. */
  client_time: string
  /** `timestamp` of the image's `.info`. */
  version: string | null
  at: Date
}

export interface StoredLogError {
  /** `YYYYmmdd-HHMMSS` of the banner before it, by the client's clock. */
  time: string | null
  text: string
}

/** What the logs of a host tell. */
export interface LogFactsTable {
  hostname: string
  at: Date
  linbo_version: string | null
  /** Newest last. */
  errors: JSONColumnType<StoredLogError[], string | undefined, string>
}

export interface MissingFirmwareTable {
  hostname: string
  /** `rtl_nic/rtl8168h-2.fw` */
  name: string
  at: Date
}

export type ImageUseRow = Selectable<ImageUseTable>
export type LogFactsRow = Selectable<LogFactsTable>
export type HardwareRow = Selectable<HardwareTable>

const keptErrors = 100

export async function saveHardware(db: Db, mac: string, facts: object, at: Date): Promise<void> {
  const row = { at, facts: JSON.stringify(facts) }
  await db
    .insertInto('hardware')
    .values({ mac, ...row })
    .onConflict((conflict) => conflict.column('mac').doUpdateSet(row))
    .execute()
}

/** The hardware of these machines, or of all. */
export function listHardware(db: Db, macs?: string[]): Promise<HardwareRow[]> {
  const query = db.selectFrom('hardware').selectAll()
  if (!macs) return query.execute()
  return macs.length === 0 ? Promise.resolve([]) : query.where('mac', 'in', macs).execute()
}

/** Forgets the hardware of machines that are no hosts, when it came before `before`, and all but the newest 500. */
export async function pruneHardware(db: Db, before: Date): Promise<void> {
  const strangers = sql`select mac from hardware where mac not in (select mac from hosts)`
  await sql`
    delete from hardware where mac in (${strangers} and at < ${before.toISOString()}::timestamptz)
      or mac in (${strangers} order by at desc offset 500)`.execute(db)
}

export async function saveImageUse(db: Db, use: ImageUseRow): Promise<void> {
  const { client_time, version, at } = use
  await db
    .insertInto('image_uses')
    .values(use)
    .onConflict((conflict) =>
      conflict.columns(['hostname', 'image', 'kind']).doUpdateSet({ client_time, version, at }),
    )
    .execute()
}

/** Newest first. */
export function listImageUses(
  db: Db,
  filter: { hostname?: string; image?: string } = {},
): Promise<ImageUseRow[]> {
  let query = db
    .selectFrom('image_uses')
    .selectAll()
    .orderBy('at', 'desc')
    .orderBy('hostname')
    .orderBy('image')
  if (filter.hostname) query = query.where('hostname', '=', filter.hostname)
  if (filter.image) query = query.where('image', '=', filter.image)
  return query.execute()
}

/** Adds what one more log of a host told. */
export async function addLogFacts(
  db: Db,
  hostname: string,
  told: { at: Date; linboVersion: string | undefined; errors: StoredLogError[] },
): Promise<void> {
  const { at, linboVersion } = told
  await db.transaction().execute(async (trx) => {
    const known = await trx
      .selectFrom('log_facts')
      .selectAll()
      .where('hostname', '=', hostname)
      .forUpdate()
      .executeTakeFirst()
    const errors = JSON.stringify([...(known?.errors ?? []), ...told.errors].slice(-keptErrors))
    const linbo_version = linboVersion ?? known?.linbo_version ?? null
    await trx
      .insertInto('log_facts')
      .values({ hostname, at, linbo_version, errors })
      .onConflict((conflict) =>
        conflict.column('hostname').doUpdateSet({ at, linbo_version, errors }),
      )
      .execute()
  })
}

export function findLogFacts(db: Db, hostname: string): Promise<LogFactsRow | undefined> {
  return db.selectFrom('log_facts').selectAll().where('hostname', '=', hostname).executeTakeFirst()
}

export async function addMissingFirmware(
  db: Db,
  hostname: string,
  names: string[],
  at: Date,
): Promise<void> {
  if (names.length === 0) return
  await db
    .insertInto('missing_firmware')
    .values([...new Set(names)].map((name) => ({ hostname, name, at })))
    .onConflict((conflict) => conflict.columns(['hostname', 'name']).doUpdateSet({ at }))
    .execute()
}

/** Firmware files that kernels of hosts asked for in vain, with the hosts and when it was seen last. */
export async function listMissingFirmware(
  db: Db,
  filter: { hostname?: string } = {},
): Promise<{ name: string; hosts: string[]; at: Date }[]> {
  let query = db.selectFrom('missing_firmware').selectAll().orderBy('name').orderBy('hostname')
  if (filter.hostname) query = query.where('hostname', '=', filter.hostname)
  const found = Map.groupBy(await query.execute(), (row) => row.name)
  return [...found].map(([name, rows]) => ({
    name,
    hosts: rows.map((row) => row.hostname),
    at: new Date(Math.max(...rows.map((row) => row.at.getTime()))),
  }))
}
