import { createRoute, z } from '@hono/zod-openapi'
import { findBoot, listBoots } from '@linbo/db'
import { parseMac } from '@linbo/formats'
import { json, page, paging, toPage } from '../answers.ts'
import { findUsual } from '../boots/boot-usual.ts'
import { bootSchema, bootView } from '../boots/boot-view.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { createRouter } from '../router.ts'

const tags = ['boots']

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
  summary: 'One boot attempt, compared with what is usual',
  request: { params: z.object({ id: z.string().max(200) }) },
  responses: { 200: json(bootSchema, 'The boot') },
})

export function boots({ db, live }: AppDeps) {
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
        toPage(
          rows,
          limit,
          (row) => row.id,
          (row) => bootView(row, live.find),
        ),
        200,
      )
    })
    .openapi(read, async (c) => {
      const { id } = c.req.valid('param')
      const row = await findBoot(db, id)
      if (!row) throw apiError('BOOT_UNKNOWN', `there is no boot ${id}`)
      return c.json(bootView(row, live.find, await findUsual(db, row)), 200)
    })
}
