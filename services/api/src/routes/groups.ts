import { createRoute, z } from '@hono/zod-openapi'
import { listHosts } from '@linbo/db'
import { parseStartConf, whyNotGroup } from '@linbo/formats'
import { json, page } from '../answers.ts'
import { audit } from '../audit.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { createRouter } from '../router.ts'

const tags = ['groups']
const key = z.object({ name: z.string().max(63) })
const text = z.string().openapi({ example: '[LINBO]\nGroup = lab204\n' })

const groupSchema = z
  .object({
    name: z.string(),
    hosts: z.number().int(),
    startConf: z.boolean().openapi({ description: 'whether there is a start.conf of this group' }),
  })
  .openapi('Group')
const groupDetail = groupSchema
  .extend({
    os: z.array(z.object({ number: z.number().int(), name: z.string(), image: z.string() })),
    problems: z.array(
      z.object({
        line: z.number().int(),
        severity: z.enum(['error', 'warning']),
        message: z.string(),
        fix: z.string(),
      }),
    ),
  })
  .openapi('GroupDetail')

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List the groups that have hosts or a start.conf',
  responses: { 200: json(page(groupSchema), 'Groups by name') },
})
const read = createRoute({
  method: 'get',
  path: '/{name}',
  tags,
  summary: 'One group, with what its start.conf offers and what is wrong with it',
  request: { params: key },
  responses: { 200: json(groupDetail, 'The group') },
})
const readConf = createRoute({
  method: 'get',
  path: '/{name}/start-conf',
  tags,
  summary: "The group's start.conf",
  request: { params: key },
  responses: { 200: { description: 'start.conf', content: { 'text/plain': { schema: text } } } },
})
const writeConf = createRoute({
  method: 'put',
  path: '/{name}/start-conf',
  tags,
  summary: "Replace the group's start.conf; one with errors is refused",
  request: {
    params: key,
    body: { required: true, content: { 'text/plain': { schema: text } } },
  },
  responses: { 200: json(groupDetail, 'The group as it now is; warnings are among its problems') },
})
const remove = createRoute({
  method: 'delete',
  path: '/{name}',
  tags,
  summary: 'Remove a group without hosts: its start.conf goes',
  request: { params: key },
  responses: { 204: { description: 'Removed' } },
})

export function groups(deps: AppDeps) {
  const { db, startConfs, bootConfigs } = deps
  const detail = async (name: string) => {
    const members = await listHosts(db, { group: name })
    const conf = await startConfs.read(name)
    if (conf === undefined && members.length === 0) throw unknownGroup(name)
    const parsed = conf === undefined ? undefined : parseStartConf(conf, { group: name })
    return {
      name,
      hosts: members.length,
      startConf: conf !== undefined,
      os: (parsed?.os ?? []).map(({ number, name, baseImage }) => ({
        number,
        name,
        image: baseImage,
      })),
      problems: parsed?.problems ?? [],
    }
  }
  return createRouter()
    .openapi(list, async (c) => {
      const files = new Set(await startConfs.list())
      const counts = new Map<string, number>([...files].map((name) => [name, 0]))
      for (const { group } of await listHosts(db)) counts.set(group, (counts.get(group) ?? 0) + 1)
      const items = [...counts]
        .map(([name, hosts]) => ({ name, hosts, startConf: files.has(name) }))
        .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
      return c.json({ items, next: null }, 200)
    })
    .openapi(read, async (c) => c.json(await detail(checkName(c.req.valid('param').name)), 200))
    .openapi(readConf, async (c) => {
      const name = checkName(c.req.valid('param').name)
      const conf = await startConfs.read(name)
      if (conf === undefined) throw unknownConf(name)
      return c.text(conf, 200)
    })
    .openapi(writeConf, async (c) => {
      const name = checkName(c.req.valid('param').name)
      const conf = await c.req.text()
      const errors = parseStartConf(conf, { group: name }).problems.filter(
        (problem) => problem.severity === 'error',
      )
      const [first] = errors
      if (first) {
        const detail = errors.map(({ line, message }) => `line ${line}: ${message}`).join('; ')
        throw apiError('START_CONF_BROKEN', detail, `Line ${first.line}: ${first.fix}`)
      }
      await startConfs.write(name, conf)
      await audit(deps, c, 'group.start-conf', name, { bytes: conf.length })
      await bootConfigs.startConfChanged(name)
      return c.json(await detail(name), 200)
    })
    .openapi(remove, async (c) => {
      const name = checkName(c.req.valid('param').name)
      const members = await listHosts(db, { group: name })
      if (members.length > 0) {
        const some = members.slice(0, 5).map((host) => host.hostname)
        throw apiError(
          'GROUP_IN_USE',
          `${members.length} hosts are in group ${name}: ${some.join(', ')}`,
          'Move them to another group or remove them first.',
        )
      }
      if (!(await startConfs.remove(name))) throw unknownGroup(name)
      await audit(deps, c, 'group.remove', name)
      await bootConfigs.startConfChanged(name)
      return c.body(null, 204)
    })
}

function checkName(name: string): string {
  const reason = whyNotGroup(name)
  if (reason) throw apiError('GROUP_NAME', reason, 'Correct the name of the group.')
  return name
}

function unknownGroup(name: string) {
  return apiError(
    'GROUP_UNKNOWN',
    `there is no group ${name}`,
    'GET /api/v1/groups lists the groups there are.',
  )
}

function unknownConf(name: string) {
  return apiError(
    'START_CONF_UNKNOWN',
    `group ${name} has no start.conf`,
    `Write one with PUT /api/v1/groups/${name}/start-conf.`,
  )
}

export type Group = z.infer<typeof groupSchema>
