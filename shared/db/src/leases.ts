import { type Selectable, sql } from 'kysely'
import type { Db, LeaseTable } from './schema.ts'

export type LeaseRow = Selectable<LeaseTable>

export function listLeases(db: Db): Promise<LeaseRow[]> {
  return db.selectFrom('leases').selectAll().orderBy('ip').execute()
}

export function findLease(db: Db, mac: string): Promise<LeaseRow | undefined> {
  return db.selectFrom('leases').selectAll().where('mac', '=', mac).executeTakeFirst()
}

/** Stores a lease; whoever held this address or this MAC before loses it. */
export async function saveLease(db: Db, lease: LeaseRow): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .deleteFrom('leases')
      .where((w) => w.or([w('mac', '=', lease.mac), w('ip', '=', lease.ip)]))
      .execute()
    await trx.insertInto('leases').values(lease).execute()
  })
}

/**
 * Stores many leases with one statement, each address and each MAC at most once among them. A machine's earlier
 * lease ends, and so does whatever lease on the address has run out; one that still runs stays, however many
 * servers ask at once: the address has one row, and who comes second is refused.
 * @returns the MACs whose lease was stored.
 */
export async function saveLeases(db: Db, leases: LeaseRow[]): Promise<Set<string>> {
  const column = <K extends keyof LeaseRow>(name: K) => leases.map((lease) => lease[name])
  const ends = leases.map((lease) => lease.expires_at.toISOString())
  const now = new Date().toISOString()
  const statement = sql<{ mac: string }>`
    with wanted as (
      select * from unnest(
        ${column('mac')}::text[], ${column('ip')}::text[], ${column('hostname')}::text[], ${ends}::timestamptz[]
      ) as w (mac, ip, hostname, expires_at)
    ), free as (
      select * from wanted where not exists (
        select from leases l
        where l.ip = wanted.ip and l.mac <> wanted.mac and l.expires_at > ${now}::timestamptz
      )
    ), ended as (
      delete from leases l using free where l.ip = free.ip and l.mac <> free.mac returning 1
    )
    insert into leases (mac, ip, hostname, expires_at)
    select mac, ip, hostname, expires_at from free where (select count(*) from ended) >= 0
    on conflict (mac) do update
      set ip = excluded.ip, hostname = excluded.hostname, expires_at = excluded.expires_at
    returning mac`
  for (let attempt = 1; ; attempt++) {
    try {
      const { rows } = await statement.execute(db)
      return new Set(rows.map((row) => row.mac))
    } catch (error) {
      // Another server stored one of the addresses between our look and our write: look again.
      if (attempt === 5 || (error as { code?: string }).code !== '23505') throw error
    }
  }
}

/** The lease on an address, expired or not. */
export function findLeaseByIp(db: Db, ip: string): Promise<LeaseRow | undefined> {
  return db.selectFrom('leases').selectAll().where('ip', '=', ip).executeTakeFirst()
}
