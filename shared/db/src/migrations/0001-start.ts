import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const now = sql`now()`
  await db.schema
    .createTable('hosts')
    .addColumn('hostname', 'text', (c) => c.primaryKey())
    .addColumn('mac', 'text', (c) => c.notNull().unique())
    .addColumn('ip', 'text', (c) => c.unique())
    .addColumn('group', 'text', (c) => c.notNull())
    .addColumn('room', 'text', (c) => c.notNull())
    .addColumn('school', 'text', (c) => c.notNull().defaultTo('default-school'))
    .addColumn('pxe', 'integer', (c) => c.notNull().defaultTo(1))
    .addColumn('role', 'text', (c) => c.notNull().defaultTo('classroom-studentcomputer'))
    .addColumn('comment', 'text', (c) => c.notNull().defaultTo(''))
    .addColumn('created_at', 'timestamptz', (c) => c.notNull().defaultTo(now))
    .addColumn('updated_at', 'timestamptz', (c) => c.notNull().defaultTo(now))
    .execute()
  await db.schema.createIndex('hosts_room').on('hosts').column('room').execute()
  await db.schema.createIndex('hosts_group').on('hosts').column('group').execute()

  await db.schema
    .createTable('operations')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('commands', 'text', (c) => c.notNull())
    .addColumn('options', 'jsonb', (c) => c.notNull().defaultTo(sql`'{}'::jsonb`))
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('created_at', 'timestamptz', (c) => c.notNull().defaultTo(now))
    .addColumn('started_at', 'timestamptz')
    .addColumn('finished_at', 'timestamptz')
    .addColumn('worker', 'text')
    .addColumn('heartbeat_at', 'timestamptz')
    .addColumn('cancel_requested', 'boolean', (c) => c.notNull().defaultTo(false))
    .execute()
  await db.schema
    .createIndex('operations_state')
    .on('operations')
    .columns(['state', 'created_at'])
    .execute()

  await db.schema
    .createTable('operation_hosts')
    .addColumn('operation_id', 'text', (c) =>
      c.notNull().references('operations.id').onDelete('cascade'),
    )
    .addColumn('hostname', 'text', (c) => c.notNull())
    .addColumn('phase', 'text', (c) => c.notNull())
    .addColumn('command_index', 'integer')
    .addColumn('percent', 'real')
    .addColumn('text', 'text', (c) => c.notNull().defaultTo(''))
    .addColumn('reason', 'text')
    .addColumn('exit_code', 'integer')
    .addColumn('started_at', 'timestamptz')
    .addColumn('finished_at', 'timestamptz')
    .addPrimaryKeyConstraint('operation_hosts_key', ['operation_id', 'hostname'])
    .execute()

  await db.schema
    .createTable('operation_output')
    .addColumn('operation_id', 'text', (c) =>
      c.notNull().references('operations.id').onDelete('cascade'),
    )
    .addColumn('hostname', 'text', (c) => c.notNull())
    .addColumn('seq', 'integer', (c) => c.notNull())
    .addColumn('at', 'timestamptz', (c) => c.notNull())
    .addColumn('text', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('operation_output_key', ['operation_id', 'hostname', 'seq'])
    .execute()

  await db.schema
    .createTable('leases')
    .addColumn('mac', 'text', (c) => c.primaryKey())
    .addColumn('ip', 'text', (c) => c.notNull().unique())
    .addColumn('hostname', 'text')
    .addColumn('expires_at', 'timestamptz', (c) => c.notNull())
    .execute()

  await db.schema
    .createTable('boots')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('hostname', 'text')
    .addColumn('mac', 'text')
    .addColumn('ip', 'text')
    .addColumn('firmware', 'text')
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('started_at', 'timestamptz', (c) => c.notNull())
    .addColumn('last_at', 'timestamptz', (c) => c.notNull())
    .addColumn('steps', 'jsonb', (c) => c.notNull().defaultTo(sql`'[]'::jsonb`))
    .execute()
  await db.schema
    .createIndex('boots_hostname')
    .on('boots')
    .columns(['hostname', 'started_at'])
    .execute()

  await db.schema
    .createTable('transfers')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('via', 'text', (c) => c.notNull())
    .addColumn('direction', 'text', (c) => c.notNull())
    .addColumn('hostname', 'text')
    .addColumn('ip', 'text')
    .addColumn('file', 'text', (c) => c.notNull())
    .addColumn('size_bytes', 'double precision')
    .addColumn('bytes', 'double precision', (c) => c.notNull())
    .addColumn('result', 'text')
    .addColumn('reason', 'text')
    .addColumn('started_at', 'timestamptz', (c) => c.notNull())
    .addColumn('finished_at', 'timestamptz')
    .execute()
  await db.schema.createIndex('transfers_started').on('transfers').column('started_at').execute()
  await db.schema
    .createIndex('transfers_hostname')
    .on('transfers')
    .columns(['hostname', 'started_at'])
    .execute()

  await db.schema
    .createTable('audit')
    .addColumn('id', 'integer', (c) => c.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('at', 'timestamptz', (c) => c.notNull().defaultTo(now))
    .addColumn('who', 'text', (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('target', 'text', (c) => c.notNull())
    .addColumn('detail', 'jsonb', (c) => c.notNull().defaultTo(sql`'{}'::jsonb`))
    .execute()

  await db.schema
    .createTable('known_keys')
    .addColumn('hostname', 'text', (c) => c.primaryKey())
    .addColumn('fingerprint', 'text', (c) => c.notNull())
    .addColumn('seen_at', 'timestamptz', (c) => c.notNull().defaultTo(now))
    .execute()
}
