import { createRoute, z } from '@hono/zod-openapi'
import { defaultSchool } from '@linbo/formats'
import { audit } from '../access/audit.ts'
import { json } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { exportDevices } from '../hosts/host-export.ts'
import { schoolName } from '../hosts/host-fields.ts'
import { afterImport, countsOf, importDevices } from '../hosts/host-import.ts'
import { createRouter } from '../router.ts'

const tags = ['hosts']
const school = schoolName.default(defaultSchool)
const yesOrNo = z.enum(['true', 'false']).default('false')
const csv = z
  .string()
  .openapi({ example: 'r204;pc07;lab204;52:54:00:ab:cd:07;10.16.204.7;;;;;;1;;;;' })

const fieldValue = z.union([z.string(), z.number(), z.null(), z.array(z.string())])
const lineProblem = z
  .object({
    line: z.number().int(),
    column: z.number().int(),
    name: z.string().openapi({ description: 'what the column is called' }),
    message: z.string(),
    fix: z.string(),
  })
  .openapi('LineProblem')
const importResult = z
  .object({
    school: z.string(),
    dryRun: z.boolean(),
    added: z.array(z.string()),
    changed: z.array(
      z.object({
        hostname: z.string(),
        fields: z
          .record(z.string(), z.tuple([fieldValue, fieldValue]))
          .openapi({ description: 'old and new value of each field that changes' }),
      }),
    ),
    unchanged: z.number().int(),
    removed: z.array(z.string()),
    missing: z
      .array(z.string())
      .openapi({ description: 'hosts of the school that are not in the file and stay' }),
    notRemoved: z.object({ message: z.string(), fix: z.string() }).nullable().openapi({
      description: 'why none is removed although it was asked for, or has to be confirmed',
    }),
    refused: z.array(lineProblem),
    warnings: z.array(lineProblem),
  })
  .openapi('ImportResult')

const exportCsv = createRoute({
  method: 'get',
  path: '/export',
  tags,
  summary: "A school's hosts as devices.csv: the file that was imported, with what changed since",
  request: { query: z.object({ school }) },
  responses: { 200: { description: 'devices.csv', content: { 'text/csv': { schema: csv } } } },
})
const importCsv = createRoute({
  method: 'post',
  path: '/import',
  tags,
  summary: "Take over a school's devices.csv, or tell what that would do",
  request: {
    query: z.object({
      school,
      dryRun: yesOrNo.openapi({ description: 'only tell' }),
      remove: yesOrNo.openapi({ description: 'remove hosts of the school that are not in it' }),
      confirm: z.coerce.number().int().min(0).optional().openapi({
        description: 'how many hosts go, when they are more than half of the school',
      }),
    }),
    body: { required: true, content: { 'text/csv': { schema: csv } } },
  },
  responses: { 200: json(importResult, 'What was taken and what was refused') },
})

/** The hosts of a school as its devices.csv. */
export function devices(deps: AppDeps) {
  const { db, bus, bootConfigs, startConfs } = deps
  return createRouter()
    .openapi(exportCsv, async (c) => {
      const { content, encoding } = await exportDevices(db, c.req.valid('query').school)
      c.header('Content-Disposition', 'attachment; filename="devices.csv"')
      c.header('Content-Type', `text/csv; charset=${encoding}`)
      return c.body(Buffer.from(content), 200)
    })
    .openapi(importCsv, async (c) => {
      const query = c.req.valid('query')
      const dryRun = query.dryRun === 'true'
      const result = await importDevices(db, {
        ...{ school: query.school, dryRun, confirm: query.confirm },
        content: new Uint8Array(await c.req.arrayBuffer()),
        remove: query.remove === 'true' ? 'all' : 'none',
        groups: await startConfs.list(),
      })
      if (!dryRun) {
        await audit(deps, c, 'host.import', 'devices.csv', countsOf(result))
        await afterImport({ bus, bootConfigs }, result)
        await deps.devicesWatch?.recheck()
      }
      return c.json(result, 200)
    })
}
