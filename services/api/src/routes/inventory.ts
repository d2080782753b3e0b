import { createRoute, z } from '@hono/zod-openapi'
import { listImageUses } from '@linbo/db'
import { json, page } from '../answers.ts'
import { imageUseSchema, imageUseView } from '../client-files/image-use-view.ts'
import { createImageVersions } from '../client-files/image-versions.ts'
import { inventoryItem, printInventory, readInventory } from '../client-files/inventory.ts'
import type { AppDeps } from '../deps.ts'
import { createRouter } from '../router.ts'

const tags = ['client files']
const filter = z.object({
  search: z
    .string()
    .max(200)
    .optional()
    .openapi({ description: 'words that all stand somewhere in a host or its hardware' }),
  room: z.string().max(63).optional(),
  group: z.string().max(63).optional(),
  school: z.string().max(63).optional(),
})

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'All hosts with what they are made of',
  request: { query: filter },
  responses: { 200: json(page(inventoryItem), 'Hosts by name') },
})
const exportCsv = createRoute({
  method: 'get',
  path: '/export',
  tags,
  summary: 'The same as a table for spreadsheets',
  request: { query: filter },
  responses: {
    200: { description: 'CSV', content: { 'text/csv': { schema: z.string() } } },
  },
})
const images = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'Which host has which image in which version',
  request: {
    query: z.object({
      image: z.string().max(200).optional().openapi({ example: 'win11.qcow2' }),
    }),
  },
  responses: { 200: json(page(imageUseSchema), 'Newest first') },
})

export function inventory({ db }: AppDeps) {
  return createRouter()
    .openapi(list, async (c) => {
      const items = await readInventory(db, chosen(c.req.valid('query')))
      return c.json({ items, next: null }, 200)
    })
    .openapi(exportCsv, async (c) => {
      const items = await readInventory(db, chosen(c.req.valid('query')))
      c.header('Content-Disposition', 'attachment; filename="inventory.csv"')
      c.header('Content-Type', 'text/csv; charset=utf-8')
      return c.body(printInventory(items), 200)
    })
}

export function imageStatus({ db, linboDir }: AppDeps) {
  return createRouter().openapi(images, async (c) => {
    const { image } = c.req.valid('query')
    const versions = createImageVersions(linboDir)
    const rows = await listImageUses(db, image ? { image } : {})
    const items = await Promise.all(rows.map((row) => imageUseView(row, versions)))
    return c.json({ items, next: null }, 200)
  })
}

function chosen({ search, room, group, school }: z.infer<typeof filter>) {
  return {
    ...(search ? { search } : {}),
    ...(room ? { room } : {}),
    ...(group ? { group } : {}),
    ...(school ? { school } : {}),
  }
}
