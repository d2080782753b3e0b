import { createRoute, z } from '@hono/zod-openapi'
import { listHosts } from '@linbo/db'
import { json, page } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { countStatuses, readStatuses } from '../hosts/statuses.ts'
import { createRouter } from '../router.ts'

const roomSchema = z
  .object({
    name: z.string(),
    school: z.string(),
    hosts: z.number().int(),
    statuses: z
      .record(z.string(), z.number().int())
      .openapi({ description: 'how many hosts have each status', example: { linbo: 3, off: 12 } }),
  })
  .openapi('Room')

const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['rooms'],
  summary: 'List the rooms that have hosts',
  responses: { 200: json(page(roomSchema), 'Rooms by school and name') },
})

export function rooms({ db, bus }: AppDeps) {
  return createRouter().openapi(list, async (c) => {
    const statuses = await readStatuses(bus.state)
    const found = new Map<string, { name: string; school: string; hostnames: string[] }>()
    for (const { room, school, hostname } of await listHosts(db)) {
      const key = `${school} ${room}`
      const one = found.get(key) ?? { name: room, school, hostnames: [] }
      one.hostnames.push(hostname)
      found.set(key, one)
    }
    const items = [...found.entries()]
      .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
      .map(([, { name, school, hostnames }]) => ({
        name,
        school,
        hosts: hostnames.length,
        statuses: countStatuses(hostnames, statuses),
      }))
    return c.json({ items, next: null }, 200)
  })
}
