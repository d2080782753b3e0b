import { createRoute, z } from '@hono/zod-openapi'
import { listAudit } from '@linbo/db'
import { json, moment, page, toPage } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { createRouter } from '../router.ts'

const auditSchema = z
  .object({
    id: z.number().int(),
    at: moment,
    who: z.string(),
    source: z.string().openapi({ description: 'the address the request came from' }),
    action: z.string(),
    target: z.string(),
    detail: z.record(z.string(), z.unknown()),
  })
  .openapi('AuditEntry')

const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['audit'],
  summary: 'List what administrators did, and refused sign-ins',
  request: {
    query: z.object({
      cursor: z.coerce.number().int().positive().optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
    }),
  },
  responses: { 200: json(page(auditSchema), 'Entries, newest first') },
})

export function auditLog({ db }: AppDeps) {
  return createRouter().openapi(list, async (c) => {
    const { cursor, limit } = c.req.valid('query')
    const rows = await listAudit(db, { ...(cursor ? { before: cursor } : {}), limit: limit + 1 })
    const view = ({ at, ...row }: (typeof rows)[number]) => ({ ...row, at: at.toISOString() })
    return c.json(
      toPage(rows, limit, (row) => String(row.id), view),
      200,
    )
  })
}
