import { randomUUID } from 'node:crypto'
import { createRoute, z } from '@hono/zod-openapi'
import {
  changeOperation,
  createOperation,
  findOperation,
  listHosts,
  listLeases,
  listOperationHosts,
  listOperations,
  type OperationOutputRow,
  readOutput,
} from '@linbo/db'
import { type Command, parseCommands, printCommands } from '@linbo/formats'
import { audit } from '../access/audit.ts'
import { json, jsonBody, moment, page, paging, toPage } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import {
  newOperation,
  operationSchema,
  operationState,
  operationView,
} from '../operations/operation-view.ts'
import { resolveTargets } from '../operations/targets.ts'
import { createRouter } from '../router.ts'

const tags = ['operations']
const key = z.object({ id: z.string().max(200) })
const outputSchema = z
  .object({ host: z.string(), seq: z.number().int(), at: moment, text: z.string() })
  .openapi('OperationOutput')

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List operations',
  request: {
    query: z.object({ ...paging, state: operationState.optional(), host: z.string().optional() }),
  },
  responses: { 200: json(page(operationSchema), 'Operations, newest first') },
})
const create = createRoute({
  method: 'post',
  path: '/',
  tags,
  summary: 'Start an operation: commands for hosts, wake-up, or both',
  request: { body: jsonBody(newOperation) },
  responses: { 201: json(operationSchema, 'The queued operation') },
})
const read = createRoute({
  method: 'get',
  path: '/{id}',
  tags,
  summary: 'One operation, with how far each host is',
  request: { params: key },
  responses: { 200: json(operationSchema, 'The operation') },
})
const cancel = createRoute({
  method: 'post',
  path: '/{id}/cancel',
  tags,
  summary: 'Ask for an operation to stop',
  request: { params: key },
  responses: { 200: json(operationSchema, 'The operation; it stops soon') },
})
const output = createRoute({
  method: 'get',
  path: '/{id}/output',
  tags,
  summary: 'What the hosts printed',
  request: {
    params: key,
    query: z.object({
      host: z.string().optional(),
      after: z.coerce.number().int().min(-1).optional().openapi({
        description: 'only what has a greater seq',
      }),
      cursor: z.string().max(100).optional(),
      limit: z.coerce.number().int().min(1).max(5000).default(5000),
    }),
  },
  responses: { 200: json(page(outputSchema), 'Lines by host and seq') },
})

export function operations(deps: AppDeps) {
  const { db, bus } = deps
  const one = async (id: string) => {
    const row = await findOperation(db, id)
    if (!row) {
      const fix = 'GET /api/v1/operations lists the operations there are.'
      throw apiError('OPERATION_UNKNOWN', `there is no operation ${id}`, fix)
    }
    return operationView(row, await listOperationHosts(db, [id]))
  }
  return createRouter()
    .openapi(list, async (c) => {
      const { cursor, limit, state, host } = c.req.valid('query')
      const rows = await listOperations(db, {
        ...(state ? { state } : {}),
        ...(host ? { host } : {}),
        ...(cursor ? { beforeId: cursor } : {}),
        limit: limit + 1,
      })
      const ids = rows.slice(0, limit).map((row) => row.id)
      const hosts = Map.groupBy(await listOperationHosts(db, ids), (row) => row.operation_id)
      const view = (row: (typeof rows)[number]) => operationView(row, hosts.get(row.id) ?? [])
      return c.json(
        toPage(rows, limit, (row) => row.id, view),
        200,
      )
    })
    .openapi(create, async (c) => {
      const { commands: text, targets, options } = c.req.valid('json')
      const commands = readCommands(text)
      if (commands.length === 0 && !options.wake && !options.noauto && !options.disableGui) {
        throw apiError('COMMANDS_INVALID', 'there is nothing to do', 'Name commands, or wake.')
      }
      const resolved = resolveTargets(targets, commands, await listHosts(db), await listLeases(db))
      if (resolved.kind === 'refuse') throw apiError(resolved.code, resolved.reason, resolved.fix)
      const row = await createOperation(db, {
        id: randomUUID(),
        commands: printCommands(commands),
        options: { ...options },
        createdBy: c.get('who') ?? 'nobody',
        hosts: resolved.hostnames,
      })
      await audit(deps, c, 'operation.start', row.id, {
        commands: row.commands,
        hosts: resolved.hostnames,
        options,
      })
      bus.publish('operation.queued', { operation: row.id })
      return c.json(await one(row.id), 201, { Location: `/api/v1/operations/${row.id}` })
    })
    .openapi(read, async (c) => c.json(await one(c.req.valid('param').id), 200))
    .openapi(cancel, async (c) => {
      const { id } = c.req.valid('param')
      const before = await one(id)
      if (before.finishedAt !== null || !['queued', 'running'].includes(before.state)) {
        throw apiError('OPERATION_OVER', `operation ${id} is over: ${before.state}`)
      }
      await changeOperation(db, id, { cancel_requested: true })
      await audit(deps, c, 'operation.cancel', id)
      bus.publish('operation.cancel', { operation: id })
      return c.json(await one(id), 200)
    })
    .openapi(output, async (c) => {
      const { id } = c.req.valid('param')
      const { host, after, cursor, limit } = c.req.valid('query')
      await one(id)
      const rows = await readOutput(db, id, {
        ...(host ? { host } : {}),
        ...(after === undefined ? {} : { after }),
        ...(cursor ? { beyond: readCursor(cursor) } : {}),
        limit: limit + 1,
      })
      const cursorOf = (row: OperationOutputRow) => `${row.hostname} ${row.seq}`
      const view = ({ hostname, seq, at, text }: OperationOutputRow) => ({
        host: hostname,
        seq,
        at: at.toISOString(),
        text,
      })
      return c.json(toPage(rows, limit, cursorOf, view), 200)
    })
}

function readCommands(text: string): Command[] {
  if (text.trim() === '') return []
  try {
    return parseCommands(text)
  } catch (error) {
    const { code, message, fix } = error as { code?: string; message: string; fix?: string }
    if (code !== 'COMMAND_INVALID') throw error
    throw apiError('COMMANDS_INVALID', message, fix)
  }
}

function readCursor(cursor: string): { hostname: string; seq: number } {
  const [hostname = '', seq = ''] = cursor.split(' ')
  if (!/^\d{1,9}$/.test(seq)) throw apiError('REQUEST_INVALID', 'cursor: is none of ours')
  return { hostname, seq: Number(seq) }
}
