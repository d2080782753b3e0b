import { createRoute, z } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { parseSince } from '../live/event-source.ts'
import { openEventStream } from '../live/events-sse.ts'
import { createRouter } from '../router.ts'

const listen = createRoute({
  method: 'get',
  path: '/',
  tags: ['events'],
  summary: 'Listen to events, over WebSocket or as text/event-stream',
  description:
    'Each message is one event {id, at, type, …}. With `since` (or Last-Event-ID) the events after that ' +
    'number come first; when they are no longer kept, the first message is {"type":"stream.gap"}.',
  request: {
    query: z.object({
      since: z.string().optional().openapi({ description: 'number of the last event seen' }),
    }),
    headers: z.object({ 'last-event-id': z.string().optional() }),
  },
  responses: {
    200: {
      description: 'The stream, with Accept: text/event-stream',
      content: { 'text/event-stream': { schema: z.string() } },
    },
  },
})

export function events({ events }: AppDeps) {
  return createRouter().openapi(listen, async (c) => {
    if (!c.req.header('accept')?.includes('text/event-stream')) {
      c.header('Upgrade', 'websocket')
      throw apiError(
        'EVENTS_UPGRADE',
        'events come as a stream',
        'Open a WebSocket, or send "Accept: text/event-stream".',
      )
    }
    const since = c.req.valid('header')['last-event-id'] ?? c.req.valid('query').since
    return openEventStream(events, parseSince(since))
  })
}
