import { createRoute, z } from '@hono/zod-openapi'
import { findStartConfVersion, latestStartConfVersion } from '@linbo/db'
import { decodeText, describeStartConfChange, diffTexts, printDiff } from '@linbo/formats'
import { json } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { checkGroupName, groupKey, unknownGroup } from '../groups/group-view.ts'
import { createRouter } from '../router.ts'

const side = z
  .union([z.literal('current'), z.coerce.number().int().min(0).max(2_000_000_000)])
  .openapi({ type: 'string', description: 'number of a version, 0 for nothing, or `current`' })
const place = z.object({ line: z.number().int(), lines: z.number().int() })
const one = z.object({
  number: z.number().int().nullable(),
  revision: z.string().nullable().openapi({ description: 'null: there was none' }),
})
const diffSchema = z
  .object({
    from: one,
    to: one,
    hunks: z.array(
      z.object({
        from: place,
        to: place,
        lines: z.array(
          z.object({
            kind: z.enum(['same', 'removed', 'added']),
            text: z.string(),
            from: z.number().int().nullable(),
            to: z.number().int().nullable(),
            isUnended: z.boolean().openapi({ description: 'no line end follows' }),
          }),
        ),
      }),
    ),
    changes: z
      .array(
        z.object({
          kind: z.enum(['added', 'removed', 'moved', 'changed']),
          section: z.enum(['linbo', 'partition', 'os']),
          number: z.number().int(),
          name: z.string(),
          key: z.string().optional(),
          before: z.string().optional(),
          after: z.string().optional(),
          text: z.string(),
        }),
      )
      .openapi({ description: 'what a client would notice' }),
    text: z.string().openapi({ description: 'the lines in the unified format of diff(1)' }),
  })
  .openapi('StartConfDiff')

const diff = createRoute({
  method: 'get',
  path: '/{name}/diff',
  tags: ['groups'],
  summary: 'What changed between two versions of the start.conf',
  request: {
    params: groupKey,
    query: z.object({
      from: side.optional().openapi({ description: 'default: the version before `to`' }),
      to: side.default('current'),
      context: z.coerce.number().int().min(0).max(100_000).default(3),
    }),
  },
  responses: { 200: json(diffSchema, 'The difference') },
})

/** Versions side by side. */
export function groupDiff(deps: AppDeps) {
  const { db, startConfs } = deps
  const version = async (name: string, number: number) => {
    if (number === 0) return { number, revision: null, text: '' }
    const found = await findStartConfVersion(db, name, number)
    if (!found) {
      throw apiError(
        'VERSION_UNKNOWN',
        `start.conf.${name} has no version ${number}`,
        `GET /api/v1/groups/${name}/versions lists them.`,
      )
    }
    const text = found.content ? decodeText(found.content).text : ''
    return { number, revision: found.sha256, text }
  }
  const current = async (name: string) => {
    const file = await startConfs.load(name)
    const last = await latestStartConfVersion(db, name)
    if (!file && !last) throw unknownGroup(name, await startConfs.formerNames())
    const isStored = (file?.revision ?? null) === (last?.sha256 ?? null)
    const revision = file?.revision ?? null
    return { number: isStored ? (last?.number ?? null) : null, revision, text: file?.text ?? '' }
  }
  return createRouter().openapi(diff, async (c) => {
    const name = checkGroupName(c.req.valid('param').name)
    const query = c.req.valid('query')
    const find = (asked: number | 'current') =>
      asked === 'current' ? current(name) : version(name, asked)
    const to = await find(query.to)
    const last = (await latestStartConfVersion(db, name))?.number ?? 0
    const from = await find(query.from ?? (to.number === null ? last : Math.max(0, to.number - 1)))
    const hunks = diffTexts(from.text, to.text, { context: query.context })
    const label = ({ number }: typeof to) =>
      `start.conf.${name} ${number === null ? '(unsaved on disk)' : `version ${number}`}`
    const text = printDiff(hunks, { from: label(from), to: label(to) })
    const told = ({ number, revision }: typeof to) => ({ number, revision })
    const changes = describeStartConfChange(from.text, to.text)
    return c.json({ from: told(from), to: told(to), hunks, changes, text }, 200)
  })
}
