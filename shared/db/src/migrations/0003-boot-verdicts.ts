import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('boots')
    .addColumn('room', 'text')
    .addColumn('group', 'text')
    .addColumn('files', 'jsonb', (c) => c.notNull().defaultTo(sql`'[]'::jsonb`))
    .addColumn('verdict', 'jsonb')
    .addColumn('phases', 'jsonb', (c) => c.notNull().defaultTo(sql`'{}'::jsonb`))
    .execute()
  await db.schema.createIndex('boots_started').on('boots').column('started_at').execute()
  await db.schema.createIndex('boots_room').on('boots').columns(['room', 'started_at']).execute()
  await db.schema.createIndex('boots_mac').on('boots').columns(['mac', 'started_at']).execute()
  await db.schema.alterTable('transfers').addColumn('retries', 'integer').execute()
}
