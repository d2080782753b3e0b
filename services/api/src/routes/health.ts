import { createRoute, z } from '@hono/zod-openapi'
import { countOperations, listHosts } from '@linbo/db'
import type { HealthReport } from '@linbo/launch'
import { json } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { countStatuses, readStatuses } from '../hosts/statuses.ts'
import { createRouter } from '../router.ts'

const tags = ['health']
const alive = createRoute({
  method: 'get',
  path: '/health',
  tags,
  summary: 'Liveness: this process answers',
  security: [],
  responses: { 200: json(z.object({ status: z.literal('ok') }), 'Alive') },
})
const readySchema = z
  .object({
    status: z.enum(['ready', 'not-ready']),
    parts: z.array(
      z.object({ part: z.string(), state: z.string(), detail: z.string().nullable() }),
    ),
  })
  .openapi('Readiness')
const ready = createRoute({
  method: 'get',
  path: '/ready',
  tags,
  summary: 'Readiness, with a line per part',
  security: [],
  responses: { 200: json(readySchema, 'Ready'), 503: json(readySchema, 'Not ready') },
})
const metricsRoute = createRoute({
  method: 'get',
  path: '/metrics',
  tags,
  summary: 'Sums for Prometheus',
  security: [],
  responses: {
    200: { description: 'Prometheus text', content: { 'text/plain': { schema: z.string() } } },
  },
})

export function health({ db, bus, live, events, metrics, log }: AppDeps) {
  return createRouter()
    .openapi(alive, (c) => c.json({ status: 'ok' as const }, 200))
    .openapi(ready, async (c) => {
      const answers = async (part: string, ask: () => Promise<unknown>) => {
        try {
          if ((await ask()) !== false) return { part, state: 'ok', detail: null }
        } catch (err) {
          log.warn({ err, part }, 'a part does not answer')
        }
        return { part, state: 'failed', detail: 'does not answer' }
      }
      const own = [
        await answers('database', () =>
          db.selectFrom('hosts').select('hostname').limit(1).execute(),
        ),
        await answers('bus', () => bus.ping()),
      ]
      const reports = await bus.state
        .list<HealthReport>('service:')
        .catch(() => new Map<string, HealthReport>())
      // Details may name paths and addresses, which nobody needs who is not signed in: /api/v1/status has them.
      const services = [...reports.values()]
        .map(({ service, state }) => ({ part: service, state: state as string, detail: null }))
        .sort((a, b) => a.part.localeCompare(b.part))
      const parts = [...own, ...services]
      const isReady = parts.every(({ state }) => state === 'ok' || state === 'degraded')
      if (isReady) return c.json({ status: 'ready' as const, parts }, 200)
      return c.json({ status: 'not-ready' as const, parts }, 503)
    })
    .openapi(metricsRoute, async (c) => {
      const hostnames = (await listHosts(db)).map((host) => host.hostname)
      const text = await metrics.print({
        hosts: countStatuses(hostnames, await readStatuses(bus.state)),
        operations: await countOperations(db),
        transfersRunning: live.total().running,
        eventClients: events.clients(),
      })
      return c.text(text, 200, { 'Content-Type': metrics.contentType })
    })
}
