import { createRoute, z } from '@hono/zod-openapi'
import { json, page } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { createRouter } from '../router.ts'

const settingSchema = z
  .object({
    name: z.string(),
    value: z.string().openapi({ description: 'secrets are hidden' }),
    origin: z.string().openapi({ description: 'environment, .env or default' }),
    sentence: z.string(),
  })
  .openapi('Setting')

const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['settings'],
  summary: 'List the settings in force',
  responses: { 200: json(page(settingSchema), 'Settings') },
})

export function settings({ settingRows }: AppDeps) {
  return createRouter().openapi(list, (c) => c.json({ items: settingRows(), next: null }, 200))
}
