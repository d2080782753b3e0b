import { createRoute, z } from '@hono/zod-openapi'
import { countOperations, listHosts } from '@linbo/db'
import type { HealthReport } from '@linbo/launch'
import { readUploadPassword } from '@linbo/ssh'
import { json } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { countStatuses, readStatuses } from '../hosts/statuses.ts'
import { createRouter } from '../router.ts'

const statusSchema = z
  .object({
    version: z.string(),
    serverIp: z.string(),
    services: z.array(
      z.object({
        service: z.string(),
        machine: z.string(),
        state: z.string(),
        detail: z.string().nullable(),
        facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      }),
    ),
    hosts: z.object({
      total: z.number().int(),
      byStatus: z.record(z.string(), z.number().int()),
    }),
    operations: z.object({ running: z.number().int(), queued: z.number().int() }),
    isPasswordSet: z.boolean().openapi({ description: 'a person chose the LINBO password' }),
    transfers: z.object({ running: z.number().int(), bytesPerSecond: z.number() }),
    lastEventId: z.number().int(),
  })
  .openapi('Status')

const read = createRoute({
  method: 'get',
  path: '/',
  tags: ['status'],
  summary: 'The whole suite at a glance',
  responses: { 200: json(statusSchema, 'Status') },
})

export function status({ db, bus, live, version, serverIp, dataDir }: AppDeps) {
  return createRouter().openapi(read, async (c) => {
    const reports = await bus.state.list<HealthReport>('service:')
    const hostnames = (await listHosts(db)).map((host) => host.hostname)
    const operations = await countOperations(db)
    const services = [...reports.values()]
      .map(({ service, machine, state, detail, facts }) => ({
        service,
        machine,
        state,
        detail: detail ?? null,
        facts: facts ?? {},
      }))
      .sort((a, b) => a.service.localeCompare(b.service))
    const byStatus = countStatuses(hostnames, await readStatuses(bus.state))
    return c.json(
      {
        version,
        serverIp,
        services,
        hosts: { total: hostnames.length, byStatus },
        operations: { running: operations.running ?? 0, queued: operations.queued ?? 0 },
        isPasswordSet: !(await readUploadPassword(dataDir)).isRandom,
        transfers: live.total(),
        lastEventId: await bus.lastId(),
      },
      200,
    )
  })
}

export type Status = z.infer<typeof statusSchema>
