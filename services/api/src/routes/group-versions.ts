import { createRoute, z } from '@hono/zod-openapi'
import { findStartConfVersion, latestStartConfVersion, listStartConfVersions } from '@linbo/db'
import { decodeText, parseStartConf } from '@linbo/formats'
import { json, page, paging, toPage } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import {
  checkGroupName,
  groupDetail,
  groupKey,
  readGroup,
  unknownGroup,
} from '../groups/group-view.ts'
import { withGroup } from '../groups/start-conf-history.ts'
import { saveStartConf } from '../groups/start-conf-save.ts'
import { startConfText, versionSchema, versionView } from '../groups/start-conf-view.ts'
import { parsePrecondition } from '../http/precondition.ts'
import { createRouter } from '../router.ts'

const tags = ['groups']
const versionNumber = z.coerce.number().int().min(1).max(2_000_000_000)
const key = groupKey.extend({ number: versionNumber })
const versionDetail = versionSchema
  .extend({ text: startConfText.nullable().openapi({ description: 'null: it was removed' }) })
  .openapi('StartConfVersionDetail')

const list = createRoute({
  method: 'get',
  path: '/{name}/versions',
  tags,
  summary: 'Every start.conf the group ever had, also one that is gone',
  request: {
    params: groupKey,
    query: z.object({ ...paging, cursor: versionNumber.optional() }),
  },
  responses: { 200: json(page(versionSchema), 'Versions, newest first') },
})
const read = createRoute({
  method: 'get',
  path: '/{name}/versions/{number}',
  tags,
  summary: 'One version with its text',
  request: { params: key },
  responses: { 200: json(versionDetail, 'The version') },
})
const restore = createRoute({
  method: 'post',
  path: '/{name}/versions/{number}/restore',
  tags,
  summary: "Make a version the group's start.conf again; a group that was removed comes back",
  description:
    'It is a new version with the old text; `Group` is set to the name of the group, which may have been renamed ' +
    'since. If-Match works as in PUT …/start-conf.',
  request: {
    params: key,
    headers: z.object({ 'if-match': z.string().optional() }),
    query: z.object({ comment: z.string().max(200).optional() }),
  },
  responses: { 200: json(groupDetail, 'The group as it now is') },
})

/** What a group's start.conf was, and how to get that back. */
export function groupVersions(deps: AppDeps) {
  const { db, startConfs } = deps
  const find = async (name: string, number: number) => {
    const version = await findStartConfVersion(db, name, number)
    if (version) return version
    if (!(await latestStartConfVersion(db, name)))
      throw unknownGroup(name, await startConfs.formerNames())
    throw apiError(
      'VERSION_UNKNOWN',
      `start.conf.${name} has no version ${number}`,
      `GET /api/v1/groups/${name}/versions lists them.`,
    )
  }
  return createRouter()
    .openapi(list, async (c) => {
      const name = checkGroupName(c.req.valid('param').name)
      const { cursor, limit } = c.req.valid('query')
      const before = cursor === undefined ? {} : { before: cursor }
      const rows = await listStartConfVersions(db, name, { ...before, limit: limit + 1 })
      // A group that has hosts only has no versions; one that is nowhere is unknown.
      if (rows.length === 0) await readGroup(deps, name)
      return c.json(
        toPage(rows, limit, (row) => String(row.number), versionView),
        200,
      )
    })
    .openapi(read, async (c) => {
      const { name, number } = c.req.valid('param')
      const version = await find(checkGroupName(name), number)
      const text = version.content && decodeText(version.content).text
      return c.json({ ...versionView(version), text }, 200)
    })
    .openapi(restore, async (c) => {
      const { name, number } = c.req.valid('param')
      const { content } = await find(checkGroupName(name), number)
      if (!content) {
        throw apiError(
          'VERSION_UNKNOWN',
          `version ${number} of start.conf.${name} is its removal`,
          'Restore the version before it.',
        )
      }
      const said = parseStartConf(decodeText(content).text).linbo.group
      const bytes = said === '' || said === name ? content : withGroup(content, name)
      await saveStartConf(deps, c, name, bytes, {
        ...{ source: 'restore', action: 'group.restore', detail: { restored: number } },
        comment: c.req.valid('query').comment ?? `version ${number}`,
        expected: parsePrecondition({ ifMatch: c.req.valid('header')['if-match'] }),
      })
      return c.json(await readGroup(deps, name), 200)
    })
}
