import { createRoute, z } from '@hono/zod-openapi'
import { audit } from '../access/audit.ts'
import { json, jsonBody } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { checkGroupName, groupDetail, groupKey, readGroup } from '../groups/group-view.ts'
import { withGroup } from '../groups/start-conf-history.ts'
import { authorOf, saveStartConf } from '../groups/start-conf-save.ts'
import { groupName } from '../hosts/host-fields.ts'
import { createRouter } from '../router.ts'
import { refuseExisting } from './groups.ts'

const tags = ['groups']
const body = jsonBody(z.strictObject({ name: groupName }).openapi('GroupName'))

const clone = createRoute({
  method: 'post',
  path: '/{name}/clone',
  tags,
  summary: 'Make another group with the same start.conf',
  description:
    '`Group` is set to the new name; everything else is the same. Hosts, history, a GRUB configuration written by ' +
    'hand and the settings of virtual desktops stay with the original.',
  request: { params: groupKey, body },
  responses: { 201: json(groupDetail, 'The new group') },
})
const rename = createRoute({
  method: 'post',
  path: '/{name}/rename',
  tags,
  summary: 'Give a group another name',
  description:
    'Its hosts, start.conf with history, GRUB configuration (also one written by hand), settings of virtual desktops ' +
    'and every link follow. The old name stays as a link for machines that still ask for it, until a group of that ' +
    'name is made or DELETE /groups/{old name} forgets it.',
  request: { params: groupKey, body },
  responses: {
    200: json(
      z
        .object({
          group: groupDetail,
          hosts: z.number().int().openapi({ description: 'how many hosts moved' }),
          files: z
            .array(z.string())
            .openapi({ description: 'files of administrators that moved too, below LINBO_DIR' }),
        })
        .openapi('GroupRenamed'),
      'The group under its new name',
    ),
  },
})

/** Groups under other names. */
export function groupNames(deps: AppDeps) {
  const { startConfs, bootConfigs, groupRenames, bus } = deps
  return createRouter()
    .openapi(clone, async (c) => {
      const from = checkGroupName(c.req.valid('param').name)
      const { name } = c.req.valid('json')
      const file = await startConfs.load(from)
      if (!file) {
        const { hosts } = await readGroup(deps, from)
        throw apiError('START_CONF_UNKNOWN', `group ${from} has ${hosts} hosts and no start.conf`)
      }
      await refuseExisting(deps, name)
      await saveStartConf(deps, c, name, withGroup(file.bytes, name), {
        ...{ source: 'clone', action: 'group.clone', comment: `of ${from}`, detail: { from } },
        expected: { kind: 'absent' },
      })
      return c.json(await readGroup(deps, name), 201, { Location: `/api/v1/groups/${name}` })
    })
    .openapi(rename, async (c) => {
      const from = checkGroupName(c.req.valid('param').name)
      const { name } = c.req.valid('json')
      const { hosts, files, version } = await groupRenames.rename(from, name, authorOf(c))
      await audit(deps, c, 'group.rename', from, { to: name, hosts, files })
      bus.publish('start-conf.changed', { group: from, author: authorOf(c) })
      if (version) await bootConfigs.startConfChanged(version)
      return c.json({ group: await readGroup(deps, name), hosts, files }, 200)
    })
}
