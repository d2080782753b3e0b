import { createRoute, z } from '@hono/zod-openapi'
import { json } from '../answers.ts'
import { createLogSearch } from '../client-files/log-search.ts'
import type { AppDeps } from '../deps.ts'
import { createRouter } from '../router.ts'

const search = createRoute({
  method: 'get',
  path: '/',
  tags: ['client files'],
  summary: 'Look for a text in the logs of all hosts, newest first',
  request: {
    query: z.object({
      search: z.string().min(2).max(200).openapi({
        description: 'upper and lower case of a-z are the same',
      }),
      limit: z.coerce.number().int().min(1).max(1000).default(200),
    }),
  },
  responses: {
    200: json(
      z
        .object({
          hits: z.array(
            z.object({
              host: z.string(),
              file: z.string(),
              line: z.number().int(),
              text: z.string(),
            }),
          ),
          files: z.number().int().openapi({ description: 'how many files there are' }),
          searched: z.number().int().openapi({ description: 'how many were looked through' }),
          isComplete: z
            .boolean()
            .openapi({ description: 'false when it ended at the limit, or after some seconds' }),
        })
        .openapi('LogSearchResult'),
      'The lines',
    ),
  },
})

/** A search ends after so many milliseconds. */
const searchMs = 5000

export function logs({ logFiles, now }: AppDeps) {
  const engine = createLogSearch(logFiles, now)
  return createRouter().openapi(search, async (c) => {
    const { search, limit } = c.req.valid('query')
    return c.json(await engine.find(search, { limit, ms: searchMs }), 200)
  })
}
