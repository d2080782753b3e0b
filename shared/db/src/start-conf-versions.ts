import { type Selectable, sql } from 'kysely'
import type { Db, StartConfSource, StartConfVersionTable } from './schema.ts'

/** A version without its bytes. */
export type StartConfVersion = Omit<Selectable<StartConfVersionTable>, 'content'> & {
  /** Null when the file was removed. */
  sizeBytes: number | null
}

export interface NewStartConfVersion {
  group: string
  /** The file's bytes, null when it was removed. */
  content: Uint8Array | null
  /** Of the bytes, hexadecimal; null like them. */
  sha256: string | null
  author: string
  source: StartConfSource
  at: Date
  comment?: string
}

// Any fixed number: it keeps these locks apart from others in the database.
const lockSpace = 7_410_0003

/**
 * Makes everybody else who changes these groups wait until the transaction ends, in whatever process. Groups
 * are taken in one order, so that two who want the same never wait for each other.
 */
export async function lockStartConfs(trx: Db, ...groups: string[]): Promise<void> {
  for (const group of [...new Set(groups)].sort())
    await sql`select pg_advisory_xact_lock(${lockSpace}::integer, hashtext(${group}))`.execute(trx)
}

/** Adds the next version of a group; the caller holds its lock. */
export async function addStartConfVersion(
  trx: Db,
  version: NewStartConfVersion,
): Promise<StartConfVersion> {
  const { group } = version
  const last = await latestStartConfVersion(trx, group)
  const row = { comment: '', ...version, number: (last?.number ?? 0) + 1 }
  await trx.insertInto('start_conf_versions').values(row).execute()
  const { content, ...facts } = row
  return { ...facts, sizeBytes: content?.length ?? null }
}

/** The newest version of one group. */
export function latestStartConfVersion(
  db: Db,
  group: string,
): Promise<StartConfVersion | undefined> {
  return versions(db)
    .where('group', '=', group)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The newest version of every group that ever had one, by group. */
export function latestStartConfVersions(db: Db): Promise<StartConfVersion[]> {
  return versions(db).distinctOn('group').orderBy('group').orderBy('number', 'desc').execute()
}

/** Newest first; `before` is the number of the last one of the page before. */
export function listStartConfVersions(
  db: Db,
  group: string,
  filter: { before?: number; limit?: number } = {},
): Promise<StartConfVersion[]> {
  let query = versions(db).where('group', '=', group).orderBy('number', 'desc')
  if (filter.before !== undefined) query = query.where('number', '<', filter.before)
  return query.limit(filter.limit ?? 100).execute()
}

/** One version with its bytes. */
export async function findStartConfVersion(
  db: Db,
  group: string,
  number: number,
): Promise<(StartConfVersion & { content: Uint8Array | null }) | undefined> {
  return versions(db)
    .select('content')
    .where('group', '=', group)
    .where('number', '=', number)
    .executeTakeFirst()
}

/** The newest version of a group that had these bytes. */
export function findStartConfRevision(
  db: Db,
  group: string,
  sha256: string,
): Promise<StartConfVersion | undefined> {
  return versions(db)
    .where('group', '=', group)
    .where('sha256', '=', sha256)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
}

function versions(db: Db) {
  return db
    .selectFrom('start_conf_versions')
    .select(['group', 'number', 'sha256', 'author', 'source', 'at', 'comment'])
    .select((eb) => eb.fn<number | null>('octet_length', ['content']).as('sizeBytes'))
}
