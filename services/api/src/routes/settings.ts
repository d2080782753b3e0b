import { createRoute, z } from '@hono/zod-openapi'
import type { SettingRow } from '@linbo/config'
import { json, page } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { createRouter } from '../router.ts'
import { linboPassword } from './linbo-password.ts'

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

export function settings(deps: AppDeps) {
  const { bus } = deps
  const router = createRouter().openapi(list, async (c) => {
    // Every process tells its own; what several share stands in each.
    const told = await bus.state.list<SettingRow[]>('settings:')
    const byName = new Map([...told.values()].flat().map((row) => [row.name, row]))
    return c.json({ items: [...byName.values()], next: null }, 200)
  })
  return router.route('/linbo-password', linboPassword(deps))
}
