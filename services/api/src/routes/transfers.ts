import { createRoute, z } from '@hono/zod-openapi'
import { findTransfer, listTransfers, type TransferRow } from '@linbo/db'
import { json, moment, page, paging, toIso, toPage } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { createRouter } from '../router.ts'

const tags = ['transfers']

const transferSchema = z
  .object({
    id: z.string(),
    via: z.enum(['tftp', 'rsync', 'http']),
    direction: z.enum(['down', 'up']),
    host: z.string().nullable(),
    ip: z.string().nullable(),
    file: z.string().openapi({ description: 'path below LINBO_DIR' }),
    sizeBytes: z.number().nullable(),
    bytes: z.number(),
    bytesPerSecond: z
      .number()
      .nullable()
      .openapi({ description: 'now while it runs, on average afterwards' }),
    result: z.enum(['ok', 'failed', 'aborted', 'missing', 'refused']).nullable(),
    reason: z.string().nullable(),
    retries: z
      .number()
      .int()
      .nullable()
      .openapi({ description: 'how often something had to be sent again; only TFTP can tell' }),
    startedAt: moment,
    finishedAt: moment.nullable(),
  })
  .openapi('Transfer')

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List transfers of files to and from hosts',
  request: {
    query: z.object({
      ...paging,
      host: z.string().optional(),
      running: z.stringbool().optional().openapi({ type: 'boolean' }),
    }),
  },
  responses: { 200: json(page(transferSchema), 'Transfers, newest first') },
})
const read = createRoute({
  method: 'get',
  path: '/{id}',
  tags,
  summary: 'One transfer',
  request: { params: z.object({ id: z.string().max(200) }) },
  responses: { 200: json(transferSchema, 'The transfer') },
})

export function transfers({ db, live }: AppDeps) {
  const view = (row: TransferRow): z.infer<typeof transferSchema> => {
    const progress = row.result === null ? live.find(row.id) : undefined
    const tookMs = row.finished_at ? row.finished_at.getTime() - row.started_at.getTime() : 0
    const average = tookMs > 0 ? Math.round((row.bytes * 1000) / tookMs) : null
    return {
      id: row.id,
      via: row.via as 'tftp' | 'rsync' | 'http',
      direction: row.direction as 'down' | 'up',
      host: row.hostname,
      ip: row.ip,
      file: row.file,
      sizeBytes: progress?.sizeBytes ?? row.size_bytes,
      bytes: progress?.bytes ?? row.bytes,
      bytesPerSecond: progress?.bytesPerSecond ?? average,
      result: row.result as z.infer<typeof transferSchema>['result'],
      reason: row.reason,
      retries: row.retries,
      startedAt: row.started_at.toISOString(),
      finishedAt: toIso(row.finished_at),
    }
  }
  return createRouter()
    .openapi(list, async (c) => {
      const { cursor, limit, host, running } = c.req.valid('query')
      const rows = await listTransfers(db, {
        ...(host ? { host } : {}),
        ...(cursor ? { beforeId: cursor } : {}),
        ...(running === undefined ? {} : { running }),
        limit: limit + 1,
      })
      return c.json(
        toPage(rows, limit, (row) => row.id, view),
        200,
      )
    })
    .openapi(read, async (c) => {
      const { id } = c.req.valid('param')
      const row = await findTransfer(db, id)
      if (!row) throw apiError('TRANSFER_UNKNOWN', `there is no transfer ${id}`)
      return c.json(view(row), 200)
    })
}
