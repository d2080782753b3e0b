import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('hardware')
    .addColumn('mac', 'text', (c) => c.primaryKey())
    .addColumn('at', 'timestamptz', (c) => c.notNull())
    .addColumn('facts', 'jsonb', (c) => c.notNull())
    .execute()

  await db.schema
    .createTable('image_uses')
    .addColumn('hostname', 'text', (c) =>
      c.notNull().references('hosts.hostname').onDelete('cascade').onUpdate('cascade'),
    )
    .addColumn('image', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('client_time', 'text', (c) => c.notNull())
    .addColumn('version', 'text')
    .addColumn('at', 'timestamptz', (c) => c.notNull())
    .addPrimaryKeyConstraint('image_uses_key', ['hostname', 'image', 'kind'])
    .execute()
  await db.schema.createIndex('image_uses_image').on('image_uses').column('image').execute()

  await db.schema
    .createTable('log_facts')
    .addColumn('hostname', 'text', (c) =>
      c.primaryKey().references('hosts.hostname').onDelete('cascade').onUpdate('cascade'),
    )
    .addColumn('at', 'timestamptz', (c) => c.notNull())
    .addColumn('linbo_version', 'text')
    .addColumn('errors', 'jsonb', (c) => c.notNull().defaultTo(sql`'[]'::jsonb`))
    .execute()

  await db.schema
    .createTable('missing_firmware')
    .addColumn('hostname', 'text', (c) =>
      c.notNull().references('hosts.hostname').onDelete('cascade').onUpdate('cascade'),
    )
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('at', 'timestamptz', (c) => c.notNull())
    .addPrimaryKeyConstraint('missing_firmware_key', ['hostname', 'name'])
    .execute()
}
