import { createRoute, z } from '@hono/zod-openapi'
import { type BootRow, findBoot, listBoots } from '@linbo/db'
import { parseMac } from '@linbo/formats'
import { json, moment, page, paging, toPage } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { createRouter } from '../router.ts'

const tags = ['boots']

const bootSchema = z
  .object({
    id: z.string(),
    host: z.string().nullable(),
    mac: z.string().nullable(),
    ip: z.string().nullable(),
    firmware: z.string().nullable(),
    state: z
      .enum(['booting', 'linbo', 'stalled'])
      .openapi({ description: 'linbo: it arrived; stalled: it went quiet before' }),
    startedAt: moment,
    lastAt: moment,
    steps: z.array(z.object({ at: moment, step: z.string(), ok: z.boolean(), detail: z.string() })),
  })
  .openapi('Boot')

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List boot attempts with their timelines',
  request: {
    query: z.object({ ...paging, host: z.string().optional(), mac: z.string().optional() }),
  },
  responses: { 200: json(page(bootSchema), 'Boots, newest first') },
})
const read = createRoute({
  method: 'get',
  path: '/{id}',
  tags,
  summary: 'One boot attempt',
  request: { params: z.object({ id: z.string().max(200) }) },
  responses: { 200: json(bootSchema, 'The boot') },
})

export function boots({ db }: AppDeps) {
  return createRouter()
    .openapi(list, async (c) => {
      const { cursor, limit, host, mac } = c.req.valid('query')
      const rows = await listBoots(db, {
        ...(host ? { host } : {}),
        ...(mac ? { mac: parseMac(mac) ?? mac } : {}),
        ...(cursor ? { beforeId: cursor } : {}),
        limit: limit + 1,
      })
      return c.json(
        toPage(rows, limit, (row) => row.id, view),
        200,
      )
    })
    .openapi(read, async (c) => {
      const { id } = c.req.valid('param')
      const row = await findBoot(db, id)
      if (!row) throw apiError('BOOT_UNKNOWN', `there is no boot ${id}`)
      return c.json(view(row), 200)
    })
}

function view(row: BootRow): z.infer<typeof bootSchema> {
  return {
    id: row.id,
    host: row.hostname,
    mac: row.mac,
    ip: row.ip,
    firmware: row.firmware,
    state: row.state as 'booting' | 'linbo' | 'stalled',
    startedAt: row.started_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    steps: row.steps,
  }
}
