import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('hosts')
    .addColumn('office_key', 'text', (c) => c.notNull().defaultTo(''))
    .addColumn('windows_key', 'text', (c) => c.notNull().defaultTo(''))
    .addColumn('dhcp_options', 'text', (c) => c.notNull().defaultTo(''))
    .addColumn('reserved', 'jsonb', (c) => c.notNull().defaultTo(sql`'[]'::jsonb`))
    .execute()
  await db.schema.createIndex('hosts_school').on('hosts').column('school').execute()
  await db.schema
    .createTable('device_files')
    .addColumn('school', 'text', (c) => c.primaryKey())
    .addColumn('content', 'bytea', (c) => c.notNull())
    .addColumn('taken', 'jsonb', (c) => c.notNull())
    .addColumn('imported_at', 'timestamptz', (c) => c.notNull())
    .execute()
}
