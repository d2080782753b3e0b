import type { Db } from './schema.ts'

/** Keeps a session until `expiresAt`, and clears away those that are over. */
export async function addSession(
  db: Db,
  session: { hash: string; who: string; expiresAt: Date },
  now: Date,
): Promise<void> {
  await db.deleteFrom('sessions').where('expires_at', '<=', now).execute()
  const { hash, who, expiresAt } = session
  await db.insertInto('sessions').values({ hash, who, expires_at: expiresAt }).execute()
}

/** Who this session belongs to, while it is alive. */
export async function findSession(db: Db, hash: string, now: Date): Promise<string | undefined> {
  const row = await db
    .selectFrom('sessions')
    .select('who')
    .where('hash', '=', hash)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row?.who
}

export async function removeSession(db: Db, hash: string): Promise<void> {
  await db.deleteFrom('sessions').where('hash', '=', hash).execute()
}
