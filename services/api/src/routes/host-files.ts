import { createRoute, z } from '@hono/zod-openapi'
import { findHost, findLogFacts, listHardware, listImageUses, listMissingFirmware } from '@linbo/db'
import { parseMac } from '@linbo/formats'
import { json, moment, page } from '../answers.ts'
import { hardwareSchema, storedHardware } from '../client-files/hardware-view.ts'
import { imageUseSchema, imageUseView } from '../client-files/image-use-view.ts'
import { createImageVersions } from '../client-files/image-versions.ts'
import type { LogOwner } from '../client-files/log-files.ts'
import { isoTime, selectLines } from '../client-files/log-lines.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { createRouter } from '../router.ts'

const tags = ['client files']
const host = z.object({ hostname: z.string().max(63) })
const machine = z.object({ mac: z.string().max(17) })
const name = z.string().max(120)

const logFile = z
  .object({
    name: z.string().openapi({ example: 'linbo.log' }),
    sizeBytes: z.number().int(),
    changedAt: moment,
  })
  .openapi('LogFile')
const logText = z
  .object({
    name: z.string(),
    total: z.number().int().openapi({ description: 'how many lines the file has' }),
    found: z.number().int().openapi({ description: 'how many of them fit' }),
    lines: z.array(
      z.object({
        number: z.number().int(),
        text: z.string(),
        time: z
          .string()
          .nullable()
          .openapi({ description: "by the client's clock", example: '2026-11-20T07:45:12' }),
      }),
    ),
  })
  .openapi('LogText')
const selection = z.object({
  search: z.string().max(200).optional().openapi({ description: 'only lines with this text' }),
  tail: z.coerce.number().int().min(1).max(20_000).default(1000),
  after: z.coerce.number().int().min(0).optional().openapi({
    description: 'only lines after this one, to follow a log',
  }),
})
const hostHardware = z
  .object({
    hostname: z.string(),
    at: moment.nullable(),
    hardware: hardwareSchema.nullable().openapi({ description: 'null until the client told' }),
    linboVersion: z.string().nullable(),
    missingFirmware: z.array(z.object({ name: z.string(), at: moment })),
    errors: z
      .array(z.object({ time: z.string().nullable(), text: z.string() }))
      .openapi({ description: 'failures its logs tell of, newest last' }),
  })
  .openapi('HostHardware')
export type HostHardware = z.infer<typeof hostHardware>

const hardware = createRoute({
  method: 'get',
  path: '/{hostname}/hardware',
  tags,
  summary: 'What a host is made of, and what its logs complain about',
  request: { params: host },
  responses: { 200: json(hostHardware, 'The hardware') },
})
const images = createRoute({
  method: 'get',
  path: '/{hostname}/image-status',
  tags,
  summary: 'When a host got or made which image last',
  request: { params: host },
  responses: { 200: json(page(imageUseSchema), 'Images, newest first') },
})
const logs = createRoute({
  method: 'get',
  path: '/{hostname}/logs',
  tags,
  summary: 'The files a host has sent',
  request: { params: host },
  responses: { 200: json(page(logFile), 'Files, newest first') },
})
const log = createRoute({
  method: 'get',
  path: '/{hostname}/logs/{name}',
  tags,
  summary: 'The lines of a file a host has sent',
  request: { params: host.extend({ name }), query: selection },
  responses: { 200: json(logText, 'The last lines that fit') },
})
const strangerLogs = createRoute({
  method: 'get',
  path: '/{mac}/logs',
  tags,
  summary: 'The files a machine has sent that is no host',
  request: { params: machine },
  responses: { 200: json(page(logFile), 'Files, newest first') },
})
const strangerLog = createRoute({
  method: 'get',
  path: '/{mac}/logs/{name}',
  tags,
  summary: 'The lines of a file a machine has sent that is no host',
  request: { params: machine.extend({ name }), query: selection },
  responses: { 200: json(logText, 'The last lines that fit') },
})

/** Below /hosts: what clients sent. */
export function hostFiles(deps: AppDeps) {
  const { db } = deps
  const find = async (hostname: string) => {
    const row = await findHost(db, hostname.toLowerCase())
    if (row) return row
    throw apiError(
      'HOST_UNKNOWN',
      `there is no host ${hostname}`,
      'GET /api/v1/hosts lists the hosts there are.',
    )
  }
  return createRouter()
    .openapi(hardware, async (c) => {
      const { hostname, mac } = await find(c.req.valid('param').hostname)
      const [row] = await listHardware(db, [mac])
      const told = await findLogFacts(db, hostname)
      const missing = await listMissingFirmware(db, { hostname })
      const answer = {
        hostname,
        at: row?.at.toISOString() ?? null,
        hardware: storedHardware(row?.facts) ?? null,
        linboVersion: told?.linbo_version ?? null,
        missingFirmware: missing.map((one) => ({ name: one.name, at: one.at.toISOString() })),
        errors: (told?.errors ?? []).map(({ time, text }) => ({
          time: time === null ? null : isoTime(time),
          text,
        })),
      }
      return c.json(answer, 200)
    })
    .openapi(images, async (c) => {
      const { hostname } = await find(c.req.valid('param').hostname)
      const versions = createImageVersions(deps.linboDir)
      const rows = await listImageUses(db, { hostname })
      const items = await Promise.all(rows.map((row) => imageUseView(row, versions)))
      return c.json({ items, next: null }, 200)
    })
    .openapi(logs, async (c) => {
      const { hostname } = await find(c.req.valid('param').hostname)
      return c.json(await listFiles(deps, { host: hostname }), 200)
    })
    .openapi(log, async (c) => {
      const { hostname, name } = c.req.valid('param')
      const row = await find(hostname)
      return c.json(await readLines(deps, { host: row.hostname }, name, c.req.valid('query')), 200)
    })
}

/** Below /unknown-machines: what machines sent that are no hosts. */
export function strangerFiles(deps: AppDeps) {
  return createRouter()
    .openapi(strangerLogs, async (c) =>
      c.json(await listFiles(deps, ownerOf(c.req.valid('param').mac)), 200),
    )
    .openapi(strangerLog, async (c) => {
      const { mac, name } = c.req.valid('param')
      return c.json(await readLines(deps, ownerOf(mac), name, c.req.valid('query')), 200)
    })
}

function ownerOf(text: string): LogOwner {
  const mac = parseMac(text)
  if (mac) return { mac }
  throw apiError(
    'MACHINE_UNKNOWN',
    `"${text}" is no MAC`,
    'GET /api/v1/unknown-machines lists them.',
  )
}

async function listFiles({ logFiles }: AppDeps, owner: LogOwner) {
  const items = (await logFiles.list(owner)).map(({ name, sizeBytes, changedAt }) => ({
    ...{ name, sizeBytes, changedAt: changedAt.toISOString() },
  }))
  return { items, next: null }
}

async function readLines(
  { logFiles }: AppDeps,
  owner: LogOwner,
  name: string,
  selected: z.infer<typeof selection>,
) {
  const text = await logFiles.read(owner, name)
  if (text === undefined) {
    throw apiError(
      'LOG_UNKNOWN',
      `there is no file ${name}`,
      'GET …/logs lists the files there are.',
    )
  }
  return { name, ...selectLines(text, selected) }
}
