import { createRoute, z } from '@hono/zod-openapi'
import { findHost, forgetKey, latestBoots, listHosts, removeHost } from '@linbo/db'
import { audit } from '../access/audit.ts'
import { json, jsonBody, page, paging, toPage } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { addHost, editHost } from '../hosts/host-changes.ts'
import { columnsOf } from '../hosts/host-device.ts'
import { hostChange, newHost } from '../hosts/host-fields.ts'
import { hostKey, type StoredStatus } from '../hosts/host-status.ts'
import { hostSchema, hostStatus, hostView } from '../hosts/host-view.ts'
import { readStatuses } from '../hosts/statuses.ts'
import { createRouter } from '../router.ts'

const tags = ['hosts']
const key = z.object({ hostname: z.string().max(63) })

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List hosts',
  request: {
    query: z.object({
      ...paging,
      limit: paging.limit.default(1000),
      room: z.string().optional(),
      group: z.string().optional(),
      school: z.string().optional(),
      status: hostStatus.optional(),
      search: z
        .string()
        .max(200)
        .optional()
        .openapi({ description: 'part of name, MAC or address' }),
    }),
  },
  responses: { 200: json(page(hostSchema), 'Hosts by name') },
})
const create = createRoute({
  method: 'post',
  path: '/',
  tags,
  summary: 'Add a host',
  request: { body: jsonBody(newHost) },
  responses: { 201: json(hostSchema, 'The new host') },
})
const read = createRoute({
  method: 'get',
  path: '/{hostname}',
  tags,
  summary: 'One host',
  request: { params: key },
  responses: { 200: json(hostSchema, 'The host') },
})
const change = createRoute({
  method: 'patch',
  path: '/{hostname}',
  tags,
  summary: 'Change fields of a host',
  request: { params: key, body: jsonBody(hostChange) },
  responses: { 200: json(hostSchema, 'The changed host') },
})
const remove = createRoute({
  method: 'delete',
  path: '/{hostname}',
  tags,
  summary: 'Remove a host',
  request: { params: key },
  responses: { 204: { description: 'Removed' } },
})
const forget = createRoute({
  method: 'delete',
  path: '/{hostname}/known-key',
  tags,
  summary: 'Forget the SSH host key pinned for this host',
  request: { params: key },
  responses: { 204: { description: 'Forgotten; the next connection pins anew' } },
})

export function hosts(deps: AppDeps) {
  const { db, bus, bootConfigs } = deps
  const one = async (hostname: string) => {
    const row = await findHost(db, hostname.toLowerCase())
    if (!row) throw unknownHost(hostname)
    const [boot] = await latestBoots(db, [row.hostname])
    return hostView(row, await bus.state.get<StoredStatus>(hostKey(row.hostname)), boot)
  }
  return createRouter()
    .openapi(list, async (c) => {
      const { cursor, limit, status, room, group, school, search } = c.req.valid('query')
      const statuses = await readStatuses(bus.state)
      const rows = await listHosts(db, {
        ...(room ? { room } : {}),
        ...(group ? { group } : {}),
        ...(school ? { school } : {}),
        ...(search ? { search } : {}),
        ...(cursor ? { after: cursor } : {}),
        ...(status ? {} : { limit: limit + 1 }),
      })
      const fitting = status
        ? rows.filter((row) => (statuses.get(row.hostname)?.status ?? 'unknown') === status)
        : rows
      const names = fitting.slice(0, limit).map((row) => row.hostname)
      const boots = new Map((await latestBoots(db, names)).map((boot) => [boot.hostname, boot]))
      const view = (row: (typeof rows)[number]) =>
        hostView(row, statuses.get(row.hostname), boots.get(row.hostname))
      return c.json(
        toPage(fitting, limit, (row) => row.hostname, view),
        200,
      )
    })
    .openapi(create, async (c) => {
      const host = await addHost(db, columnsOf(c.req.valid('json')))
      await audit(deps, c, 'host.create', host.hostname, c.req.valid('json'))
      await bootConfigs.publish()
      return c.json(await one(host.hostname), 201, { Location: `/api/v1/hosts/${host.hostname}` })
    })
    .openapi(read, async (c) => c.json(await one(c.req.valid('param').hostname), 200))
    .openapi(change, async (c) => {
      const { hostname } = c.req.valid('param')
      const row = await editHost(db, hostname.toLowerCase(), columnsOf(c.req.valid('json')))
      if (!row) throw unknownHost(hostname)
      await audit(deps, c, 'host.change', row.hostname, c.req.valid('json'))
      await bootConfigs.publish()
      return c.json(await one(row.hostname), 200)
    })
    .openapi(remove, async (c) => {
      const hostname = c.req.valid('param').hostname.toLowerCase()
      if (!(await removeHost(db, hostname))) throw unknownHost(hostname)
      await bus.state.delete(hostKey(hostname))
      await audit(deps, c, 'host.remove', hostname)
      await bootConfigs.publish()
      return c.body(null, 204)
    })
    .openapi(forget, async (c) => {
      const hostname = c.req.valid('param').hostname.toLowerCase()
      if (!(await findHost(db, hostname))) throw unknownHost(hostname)
      if (!(await forgetKey(db, hostname))) {
        throw apiError('KEY_UNKNOWN', `no SSH host key is pinned for ${hostname}`)
      }
      await audit(deps, c, 'host.forget-key', hostname)
      return c.body(null, 204)
    })
}

function unknownHost(hostname: string) {
  return apiError(
    'HOST_UNKNOWN',
    `there is no host ${hostname}`,
    'GET /api/v1/hosts lists the hosts there are.',
  )
}
