import type { Selectable } from 'kysely'
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

export async function removeLease(db: Db, mac: string): Promise<void> {
  await db.deleteFrom('leases').where('mac', '=', mac).execute()
}

/** The lease on an address, expired or not. */
export function findLeaseByIp(db: Db, ip: string): Promise<LeaseRow | undefined> {
  return db.selectFrom('leases').selectAll().where('ip', '=', ip).executeTakeFirst()
}
