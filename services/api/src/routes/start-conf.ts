import { createRoute, z } from '@hono/zod-openapi'
import { decodeText } from '@linbo/formats'
import { json } from '../answers.ts'
import { groupName } from '../host-fields.ts'
import { createRouter } from '../router.ts'
import { factsOf, startConfFacts, startConfText } from '../start-conf-view.ts'

const check = createRoute({
  method: 'post',
  path: '/check',
  tags: ['groups'],
  summary: 'What is wrong with a start.conf that is not saved yet',
  request: {
    query: z.object({
      group: groupName.optional().openapi({ description: 'the group it is for' }),
    }),
    body: { required: true, content: { 'text/plain': { schema: startConfText } } },
  },
  responses: { 200: json(z.object(startConfFacts).openapi('StartConfFacts'), 'What it offers') },
})

/** start.conf texts, whatever group they are for. */
export function startConf() {
  return createRouter().openapi(check, async (c) => {
    const { text } = decodeText(new Uint8Array(await c.req.arrayBuffer()))
    return c.json(factsOf(text, c.req.valid('query').group), 200)
  })
}
