import { join } from 'node:path'
import { LinboError } from '@linbo/runtime'
import { Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { lockDirectory, makePrivate } from './directory.ts'
import { migrate } from './migrate.ts'
import type { Db, Tables } from './schema.ts'

export interface Database {
  db: Db
  /** True when this process owns the data alone (PGlite): nobody else can have unfinished work in it. */
  embedded: boolean
  close(): Promise<void>
}

export interface OpenDatabaseOptions {
  url: string | undefined
  /** Where PGlite keeps its files (`<dataDir>/pg`); 'memory' for tests. */
  dataDir: string
  /** Set by a process that runs only some services: an embedded database would not be shared. */
  shared?: boolean
}

/**
 * DATABASE_URL → Postgres, none → PGlite in the data directory; migrated either way.
 * @throws LinboError `DB_REQUIRED`, `DB_UNREACHABLE`, `DATA_DIR_IN_USE`, `DATA_DIR_UNWRITABLE`.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  if (options.url) return openPostgres(options.url)
  if (options.shared) {
    throw new LinboError('DB_REQUIRED', 'a service that runs alone needs DATABASE_URL', {
      fix: 'Set DATABASE_URL (and REDIS_URL), or run all services in one process with `linbo serve`.',
    })
  }
  return openEmbedded(options.dataDir)
}

async function openPostgres(url: string): Promise<Database> {
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 5000 })
  pool.on('error', () => {})
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  try {
    await sql`select 1`.execute(db)
  } catch (cause) {
    await db.destroy()
    const why = cause instanceof Error && cause.message ? cause.message : 'no answer'
    throw new LinboError('DB_UNREACHABLE', `Postgres does not let us in: ${why}`, {
      fix: 'Start Postgres, or correct DATABASE_URL.',
      cause,
    })
  }
  await migrate(db)
  return { db, embedded: false, close: () => db.destroy() }
}

async function openEmbedded(dataDir: string): Promise<Database> {
  const lock = dataDir === 'memory' ? undefined : await lockDirectory(dataDir)
  try {
    const { PGlite } = await import('@electric-sql/pglite')
    const files = join(dataDir, 'pg')
    if (dataDir !== 'memory') await makePrivate(files)
    const pglite = await PGlite.create(dataDir === 'memory' ? 'memory://' : files)
    const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) })
    await migrate(db)
    return {
      db,
      embedded: true,
      async close() {
        await db.destroy()
        await lock?.release()
      },
    }
  } catch (error) {
    await lock?.release()
    throw error
  }
}
