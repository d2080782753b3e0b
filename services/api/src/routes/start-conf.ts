import { createRoute, z } from '@hono/zod-openapi'
import { decodeText, renderStartConf, StartConfError, startConfTemplates } from '@linbo/formats'
import { json, jsonBody, page } from '../answers.ts'
import { apiError } from '../errors.ts'
import { factsOf, startConfFacts, startConfText } from '../groups/start-conf-view.ts'
import { groupName } from '../hosts/host-fields.ts'
import { createRouter } from '../router.ts'

const tags = ['groups']
const text = { 'text/plain': { schema: startConfText } }
const templateSchema = z
  .object({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    firmware: z.enum(['bios', 'uefi']),
    parameters: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        default: z.string(),
        choices: z.array(z.string()).optional(),
      }),
    ),
  })
  .openapi('StartConfTemplate')

/** Values of a template's parameters, by name; those left out have their default. */
export const templateValues = z.record(z.string().max(63), z.string().max(200))

const check = createRoute({
  method: 'post',
  path: '/check',
  tags,
  summary: 'What is wrong with a start.conf that is not saved yet, and what it offers',
  request: {
    query: z.object({
      group: groupName.optional().openapi({ description: 'the group it is for' }),
      diskBytes: z.coerce.number().int().min(1).optional().openapi({
        description: 'size of the first disk, to see whether everything fits',
      }),
      firmware: z.enum(['bios', 'uefi']).optional(),
    }),
    body: { required: true, content: text },
  },
  responses: { 200: json(z.object(startConfFacts).openapi('StartConfFacts'), 'What was found') },
})
const templates = createRoute({
  method: 'get',
  path: '/templates',
  tags,
  summary: 'The templates a start.conf can be made from',
  responses: { 200: json(page(templateSchema), 'Templates') },
})
const render = createRoute({
  method: 'post',
  path: '/templates/{id}',
  tags,
  summary: 'A start.conf made from a template; nothing is saved',
  request: {
    params: z.object({ id: z.string().max(63) }),
    body: jsonBody(
      z.strictObject({ values: templateValues.default({}) }).openapi('TemplateValues'),
    ),
  },
  responses: { 200: { description: 'start.conf', content: text } },
})

/** start.conf texts, whatever group they are for. */
export function startConf() {
  return createRouter()
    .openapi(check, async (c) => {
      const { text } = decodeText(new Uint8Array(await c.req.arrayBuffer()))
      const { group, diskBytes, firmware } = c.req.valid('query')
      const options = {
        ...(group === undefined ? {} : { group }),
        ...(diskBytes === undefined ? {} : { diskBytes }),
        ...(firmware === undefined ? {} : { firmware }),
      }
      return c.json(factsOf(text, options), 200)
    })
    .openapi(templates, (c) => {
      const items = startConfTemplates.map(({ id, title, description, firmware, parameters }) => ({
        ...{ id, title, description, firmware },
        parameters: parameters.map(({ whyNot: _, ...parameter }) => parameter),
      }))
      return c.json({ items, next: null }, 200)
    })
    .openapi(render, (c) =>
      c.text(fromTemplate(c.req.valid('param').id, c.req.valid('json').values), 200),
    )
}

/** @throws LinboError `START_CONF_TEMPLATE` */
export function fromTemplate(id: string, values: Record<string, string>): string {
  try {
    return renderStartConf(id, values)
  } catch (error) {
    if (!(error instanceof StartConfError)) throw error
    const fix = 'GET /api/v1/start-conf/templates lists them with their parameters.'
    throw apiError('START_CONF_TEMPLATE', error.message, fix)
  }
}
