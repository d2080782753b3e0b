import { createRoute, z } from '@hono/zod-openapi'
import { json } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { checkGroupName, groupDetail, groupKey, readGroup } from '../groups/group-view.ts'
import { saveStartConf } from '../groups/start-conf-save.ts'
import { startConfText as text } from '../groups/start-conf-view.ts'
import { parsePrecondition } from '../http/precondition.ts'
import { createRouter } from '../router.ts'

const tags = ['groups']
const etag = z.object({
  ETag: z.string().openapi({ description: 'the revision in quotation marks' }),
})

const read = createRoute({
  method: 'get',
  path: '/{name}/start-conf',
  tags,
  summary: "The group's start.conf",
  request: { params: groupKey },
  responses: {
    200: { description: 'start.conf', headers: etag, content: { 'text/plain': { schema: text } } },
  },
})
const write = createRoute({
  method: 'put',
  path: '/{name}/start-conf',
  tags,
  summary: "Replace the group's start.conf; one with errors is refused",
  description:
    'With If-Match: "<revision>" it is written only when that revision is still there, else the answer is 412 ' +
    'START_CONF_CONFLICT with `current` (the version that is there, with its text; null when there is none), ' +
    '`removed` (the version that removed it) and `base` (the number of the version you named). If-None-Match: * ' +
    'writes only a new one. Without either it replaces what is there, which stays in the history.',
  request: {
    params: groupKey,
    headers: z.object({
      'if-match': z.string().optional(),
      'if-none-match': z.string().optional(),
    }),
    query: z.object({
      comment: z.string().max(200).optional().openapi({ description: 'kept with the version' }),
    }),
    body: { required: true, content: { 'text/plain': { schema: text } } },
  },
  responses: {
    200: {
      ...json(groupDetail, 'The group as it now is; warnings are among its problems'),
      headers: etag,
    },
  },
})

/** The start.conf of a group as a text. */
export function groupStartConf(deps: AppDeps) {
  return createRouter()
    .openapi(read, async (c) => {
      const name = checkGroupName(c.req.valid('param').name)
      const file = await deps.startConfs.load(name)
      if (!file) throw unknownConf(name)
      return c.text(file.text, 200, { ETag: `"${file.revision}"` })
    })
    .openapi(write, async (c) => {
      const name = checkGroupName(c.req.valid('param').name)
      const headers = c.req.valid('header')
      if (c.req.header('content-type')?.startsWith('application/json')) {
        const fix = 'Send the text of start.conf itself, with Content-Type: text/plain.'
        throw apiError('REQUEST_MALFORMED', 'the body is JSON, not a start.conf', fix)
      }
      const bytes = new Uint8Array(await c.req.arrayBuffer())
      await saveStartConf(deps, c, name, bytes, {
        action: 'group.start-conf',
        comment: c.req.valid('query').comment,
        expected: parsePrecondition({
          ifMatch: headers['if-match'],
          ifNoneMatch: headers['if-none-match'],
        }),
        detail: { bytes: bytes.length },
      })
      const group = await readGroup(deps, name)
      return c.json(group, 200, { ETag: `"${group.revision}"` })
    })
}

function unknownConf(name: string) {
  return apiError(
    'START_CONF_UNKNOWN',
    `group ${name} has no start.conf`,
    `Write one with PUT /api/v1/groups/${name}/start-conf.`,
  )
}
