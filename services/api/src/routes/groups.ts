import { createRoute, z } from '@hono/zod-openapi'
import { listHosts } from '@linbo/db'
import { audit } from '../access/audit.ts'
import { json, jsonBody, page } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import {
  checkGroupName,
  groupDetail,
  groupKey,
  groupSchema,
  listGroups,
  listRemovedGroups,
  readGroup,
  unknownGroup,
} from '../groups/group-view.ts'
import { saveStartConf } from '../groups/start-conf-save.ts'
import { startConfText } from '../groups/start-conf-view.ts'
import { groupName } from '../hosts/host-fields.ts'
import { parsePrecondition } from '../http/precondition.ts'
import { createRouter } from '../router.ts'
import { fromTemplate, templateValues } from './start-conf.ts'

const tags = ['groups']
const newGroup = z
  .strictObject({
    name: groupName,
    startConf: startConfText.optional(),
    template: z
      .strictObject({ id: z.string().max(63), values: templateValues.default({}) })
      .optional(),
  })
  .refine(
    ({ startConf, template }) => (startConf === undefined) !== (template === undefined),
    'give either startConf or template',
  )
  .openapi('NewGroup')

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List the groups that have hosts or a start.conf',
  request: {
    query: z.object({
      removed: z
        .enum(['true', 'false'])
        .default('false')
        .openapi({ description: 'those instead that are gone and have a history' }),
    }),
  },
  responses: { 200: json(page(groupSchema), 'Groups by name') },
})
const read = createRoute({
  method: 'get',
  path: '/{name}',
  tags,
  summary: 'One group, with what its start.conf offers and what is wrong with it',
  request: { params: groupKey },
  responses: { 200: json(groupDetail, 'The group') },
})
const create = createRoute({
  method: 'post',
  path: '/',
  tags,
  summary: 'Make a group from a start.conf or a template',
  request: {
    body: jsonBody(newGroup),
  },
  responses: { 201: json(groupDetail, 'The new group') },
})
const remove = createRoute({
  method: 'delete',
  path: '/{name}',
  tags,
  summary: 'Remove a group without hosts, or a former name of a group',
  description:
    'The start.conf goes, its history stays: restoring a version brings the group back. A GRUB configuration that ' +
    'was written by hand stays. A former name stops leading machines to the group of now.',
  request: { params: groupKey, headers: z.object({ 'if-match': z.string().optional() }) },
  responses: { 204: { description: 'Removed' } },
})

/** What groups there are. */
export function groups(deps: AppDeps) {
  const { db, startConfs, bootConfigs } = deps
  return createRouter()
    .openapi(list, async (c) => {
      const { removed } = c.req.valid('query')
      const items = await (removed === 'true' ? listRemovedGroups(deps) : listGroups(deps))
      return c.json({ items, next: null }, 200)
    })
    .openapi(read, async (c) => {
      const group = await readGroup(deps, checkGroupName(c.req.valid('param').name))
      return c.json(group, 200)
    })
    .openapi(create, async (c) => {
      const { name, startConf = '', template } = c.req.valid('json')
      await refuseExisting(deps, name)
      const text = template
        ? fromTemplate(template.id, { ...template.values, group: name })
        : startConf
      await saveStartConf(deps, c, name, new TextEncoder().encode(text), {
        ...{ action: 'group.create', expected: { kind: 'absent' } },
        ...(template ? { comment: `template ${template.id}`, detail: { template } } : {}),
      })
      return c.json(await readGroup(deps, name), 201, { Location: `/api/v1/groups/${name}` })
    })
    .openapi(remove, async (c) => {
      const name = checkGroupName(c.req.valid('param').name)
      const ifMatch = c.req.valid('header')['if-match']
      const members = await listHosts(db, { group: name })
      if (members.length > 0) {
        const some = members.slice(0, 5).map((host) => host.hostname)
        throw apiError(
          'GROUP_IN_USE',
          `${members.length} hosts are in group ${name}: ${some.join(', ')}`,
          'Move them to another group or remove them first.',
        )
      }
      if (await startConfs.dropFormerName(name)) {
        await audit(deps, c, 'group.forget-name', name)
        await bootConfigs.publish()
        return c.body(null, 204)
      }
      const removed = await saveStartConf(deps, c, name, null, {
        ...{ action: 'group.remove', expected: parsePrecondition({ ifMatch }) },
      })
      if (!removed) throw unknownGroup(name, new Map())
      return c.body(null, 204)
    })
}

/** @throws LinboError `GROUP_EXISTS` */
export async function refuseExisting(deps: Pick<AppDeps, 'startConfs'>, name: string) {
  if ((await deps.startConfs.load(name)) === undefined) return
  throw apiError('GROUP_EXISTS', `there is a group ${name} already`, 'Choose another name.')
}
