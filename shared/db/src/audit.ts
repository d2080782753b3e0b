import type { Selectable } from 'kysely'
import type { AuditTable, Db } from './schema.ts'

export type AuditRow = Selectable<AuditTable>

export interface AuditEntry {
  /** `admin-token`, a user, `cli`. */
  who: string
  /** The address the request came from. */
  source: string
  /** `host.create`, `operation.start`, … */
  action: string
  target: string
  /** What was changed. Never a secret. */
  detail?: Record<string, unknown>
}

/** Adds a line to the audit log, which is append-only. */
export async function recordAudit(db: Db, entry: AuditEntry): Promise<void> {
  const { detail, ...row } = entry
  await db
    .insertInto('audit')
    .values({ ...row, detail: JSON.stringify(detail ?? {}) })
    .execute()
}

/** Newest first; `before` is the id of the last one seen. */
export function listAudit(
  db: Db,
  filter: { before?: number; limit?: number } = {},
): Promise<AuditRow[]> {
  let query = db.selectFrom('audit').selectAll().orderBy('id', 'desc')
  if (filter.before) query = query.where('id', '<', filter.before)
  return query.limit(filter.limit ?? 100).execute()
}
