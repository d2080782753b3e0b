import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const now = sql`now()`
  await db.schema
    .createTable('registrations')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('at', 'timestamptz', (c) => c.notNull().defaultTo(now))
    .addColumn('updated_at', 'timestamptz', (c) => c.notNull().defaultTo(now))
    .addColumn('times', 'integer', (c) => c.notNull().defaultTo(1))
    .addColumn('from_ip', 'text')
    .addColumn('raw', 'text', (c) => c.notNull())
    .addColumn('hostname', 'text', (c) => c.notNull())
    .addColumn('mac', 'text', (c) => c.notNull())
    .addColumn('ip', 'text')
    .addColumn('room', 'text', (c) => c.notNull())
    .addColumn('group', 'text', (c) => c.notNull())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('pxe', 'integer', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('reason', 'text')
    .addColumn('decided_by', 'text')
    .addColumn('decided_at', 'timestamptz')
    .execute()
  await db.schema
    .createIndex('registrations_waiting')
    .on('registrations')
    .column('mac')
    .unique()
    .where(sql.ref('state'), '=', sql.lit('pending'))
    .execute()
  await db.schema
    .createIndex('registrations_state')
    .on('registrations')
    .columns(['state', 'updated_at'])
    .execute()

  await db.schema
    .createTable('registration_rules')
    .addColumn('id', 'integer', (c) => c.primaryKey().check(sql`id = 1`))
    .addColumn('rules', 'jsonb', (c) => c.notNull())
    .execute()

  await db.schema
    .createTable('unknown_machines')
    .addColumn('mac', 'text', (c) => c.primaryKey())
    .addColumn('ip', 'text')
    .addColumn('firmware', 'text')
    .addColumn('first_at', 'timestamptz', (c) => c.notNull())
    .addColumn('last_at', 'timestamptz', (c) => c.notNull())
    .addColumn('boots', 'integer', (c) => c.notNull())
    .addColumn('step', 'text')
    .addColumn('ok', 'boolean')
    .addColumn('detail', 'text')
    .addColumn('is_hidden', 'boolean', (c) => c.notNull().defaultTo(false))
    .execute()
  await db.schema
    .createIndex('unknown_machines_last')
    .on('unknown_machines')
    .column('last_at')
    .execute()
}
