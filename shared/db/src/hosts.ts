import { type Selectable, sql, type Updateable } from 'kysely'
import type { Db, HostTable } from './schema.ts'

export type HostRow = Selectable<HostTable>
export type NewHost = Pick<HostRow, 'hostname' | 'mac' | 'group' | 'room'> &
  Partial<
    Pick<
      HostRow,
      | 'ip'
      | 'school'
      | 'pxe'
      | 'role'
      | 'comment'
      | 'office_key'
      | 'windows_key'
      | 'dhcp_options'
      | 'reserved'
    >
  >

export interface HostFilter {
  room?: string
  group?: string
  school?: string
  /** Part of a host name, MAC or address. */
  search?: string
  /** Host names after this one. */
  after?: string
  limit?: number
}

export async function listHosts(db: Db, filter: HostFilter = {}): Promise<HostRow[]> {
  let query = db.selectFrom('hosts').selectAll().orderBy('hostname')
  if (filter.room) query = query.where('room', '=', filter.room)
  if (filter.group) query = query.where('group', '=', filter.group)
  if (filter.school) query = query.where('school', '=', filter.school)
  if (filter.after) query = query.where('hostname', '>', filter.after)
  if (filter.search) {
    const like = `%${filter.search.toLowerCase().replace(/[%_\\]/g, '\\$&')}%`
    query = query.where((w) =>
      w.or([w('hostname', 'like', like), w('mac', 'like', like), w('ip', 'like', like)]),
    )
  }
  if (filter.limit) query = query.limit(filter.limit)
  return query.execute()
}

/** A text that is another one as soon as any host was added, changed or removed, by whomever. */
export async function hostsVersion(db: Db): Promise<string> {
  const { rows } = await sql<{ version: string }>`
    select concat_ws('/', count(*), sum(xmin::text::bigint), max(xmin::text::bigint)) as version from hosts
  `.execute(db)
  return rows[0]?.version ?? ''
}

export function findHost(db: Db, hostname: string): Promise<HostRow | undefined> {
  return db.selectFrom('hosts').selectAll().where('hostname', '=', hostname).executeTakeFirst()
}

export function findHostByMac(db: Db, mac: string): Promise<HostRow | undefined> {
  return db.selectFrom('hosts').selectAll().where('mac', '=', mac).executeTakeFirst()
}

/** The host that has this address: by its fixed address, else by the lease it holds. */
export async function findHostByIp(db: Db, ip: string): Promise<HostRow | undefined> {
  const fixed = await db.selectFrom('hosts').selectAll().where('ip', '=', ip).executeTakeFirst()
  if (fixed) return fixed
  return db
    .selectFrom('leases')
    .innerJoin('hosts', 'hosts.mac', 'leases.mac')
    .selectAll('hosts')
    .where('leases.ip', '=', ip)
    .executeTakeFirst()
}

/** Adds a host, or changes the one of that name. */
export async function saveHost(db: Db, host: NewHost): Promise<HostRow> {
  const { reserved, ...columns } = host
  const kept = reserved ? { reserved: JSON.stringify(reserved) } : {}
  const row = { ...columns, ...kept, updated_at: new Date() }
  return db
    .insertInto('hosts')
    .values(row)
    .onConflict((conflict) => conflict.column('hostname').doUpdateSet(row))
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function changeHost(
  db: Db,
  hostname: string,
  changes: Updateable<HostTable>,
): Promise<HostRow | undefined> {
  return db
    .updateTable('hosts')
    .set({ ...changes, updated_at: new Date() })
    .where('hostname', '=', hostname)
    .returningAll()
    .executeTakeFirst()
}

/** True when there was one. */
export async function removeHost(db: Db, hostname: string): Promise<boolean> {
  await db.deleteFrom('known_keys').where('hostname', '=', hostname).execute()
  const result = await db.deleteFrom('hosts').where('hostname', '=', hostname).executeTakeFirst()
  return result.numDeletedRows > 0n
}
