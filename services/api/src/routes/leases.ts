import { createRoute, z } from '@hono/zod-openapi'
import { listLeases } from '@linbo/db'
import { json, moment, page } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { createRouter } from '../router.ts'

const leaseSchema = z
  .object({
    mac: z.string(),
    ip: z.string(),
    host: z.string().nullable(),
    expiresAt: moment,
  })
  .openapi('Lease')

const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['leases'],
  summary: 'List the addresses our DHCP server has given out',
  responses: { 200: json(page(leaseSchema), 'Leases by address') },
})

export function leases({ db }: AppDeps) {
  return createRouter().openapi(list, async (c) => {
    const items = (await listLeases(db)).map((row) => ({
      mac: row.mac,
      ip: row.ip,
      host: row.hostname,
      expiresAt: row.expires_at.toISOString(),
    }))
    return c.json({ items, next: null }, 200)
  })
}
