import type { Db } from './schema.ts'

/** The SSH host key fingerprint pinned for this host, if any. */
export async function findKnownKey(db: Db, hostname: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('known_keys')
    .select('fingerprint')
    .where('hostname', '=', hostname)
    .executeTakeFirst()
  return row?.fingerprint
}

/** Pins the key seen first; a pin that exists stays. */
export async function pinKey(db: Db, hostname: string, fingerprint: string): Promise<void> {
  await db
    .insertInto('known_keys')
    .values({ hostname, fingerprint })
    .onConflict((conflict) => conflict.column('hostname').doNothing())
    .execute()
}

/** Forgets a pin, so that the next connection pins anew. True when there was one. */
export async function forgetKey(db: Db, hostname: string): Promise<boolean> {
  const result = await db
    .deleteFrom('known_keys')
    .where('hostname', '=', hostname)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}
