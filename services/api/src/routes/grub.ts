import { createRoute, z } from '@hono/zod-openapi'
import { handWrittenConfigs, hostGrubConfig, readGrubConfig } from '@linbo/boot'
import { findHost, listHosts } from '@linbo/db'
import { decodeText } from '@linbo/formats'
import { json, page } from '../answers.ts'
import {
  type GrubPreview,
  grubMenuSchema,
  grubPreview,
  grubPreviewSchema,
  type Screen,
  screenQuery,
} from '../boot-files/grub-view.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { checkGroupName, groupKey, unknownGroup } from '../groups/group-view.ts'
import { startConfProblem, startConfText } from '../groups/start-conf-view.ts'
import { groupName } from '../hosts/host-fields.ts'
import { createRouter } from '../router.ts'

const tags = ['grub']
const file = z.string().openapi({ description: 'relative to LINBO_DIR' })
const handWritten = z.boolean().openapi({
  description: 'an administrator wrote it: a change of the start.conf does not reach it',
})
const menu = grubMenuSchema.nullable().openapi({
  description:
    'what the start.conf says; null without one, or when the configuration is hand-written',
})

const groupGrubSchema = z
  .object({
    group: z.string(),
    file,
    handWritten,
    current: z.boolean().openapi({
      description: 'the file is what the start.conf says; false while that one has errors',
    }),
    text: z
      .string()
      .nullable()
      .openapi({ description: 'what GRUB reads; null when there is none' }),
    menu,
    problems: z.array(startConfProblem),
  })
  .openapi('GroupGrub')
const hostGrubSchema = z
  .object({
    hostname: z.string(),
    group: z.string(),
    reason: z
      .enum(['main-hand-written', 'main-missing', 'host-file', 'host-link', 'group', 'mac', 'none'])
      .openapi({
        description:
          'why this configuration: the first one is hand-written or missing; a file or link of the host; the group ' +
          'DHCP names; the address of the card; none, then custom.cfg of the cache or LINBO in failsafe mode',
      }),
    file: file.nullable(),
    handWritten,
    text: z.string().nullable(),
    menu,
  })
  .openapi('HostGrub')

export type GroupGrub = z.infer<typeof groupGrubSchema>
export type HostGrub = z.infer<typeof hostGrubSchema>

const picture = {
  description: 'The menu as a picture',
  content: { 'image/svg+xml': { schema: z.string() } },
}
const readGroupGrub = createRoute({
  method: 'get',
  path: '/{name}/grub',
  tags,
  summary: "A group's GRUB configuration: the text, and the menu as data",
  request: { params: groupKey },
  responses: { 200: json(groupGrubSchema, 'The configuration') },
})
const drawGroupGrub = createRoute({
  method: 'get',
  path: '/{name}/grub.svg',
  tags,
  summary: "A group's GRUB menu as a picture",
  request: { params: groupKey, query: z.object(screenQuery) },
  responses: { 200: picture },
})
const readHostGrub = createRoute({
  method: 'get',
  path: '/{hostname}/grub',
  tags,
  summary: "Which configuration a host's machine gets, and why",
  request: { params: z.object({ hostname: z.string().max(255) }) },
  responses: { 200: json(hostGrubSchema, 'The configuration') },
})
const preview = createRoute({
  method: 'post',
  path: '/grub',
  tags,
  summary: 'What GRUB would be given for a start.conf that is not saved yet',
  request: {
    query: z.object({ group: groupName.default('preview'), ...screenQuery }),
    body: { required: true, content: { 'text/plain': { schema: startConfText } } },
  },
  responses: { 200: json(grubPreviewSchema, 'Configuration, menu and picture') },
})
const listHandWritten = createRoute({
  method: 'get',
  path: '/hand-written',
  tags,
  summary: 'The GRUB configurations that an administrator wrote himself',
  responses: { 200: json(page(z.object({ file })), 'Their files') },
})

/** The configurations of groups. */
export function groupGrub({ db, linboDir, startConfs }: AppDeps) {
  const find = async (wanted: string) => {
    const name = checkGroupName(wanted)
    const conf = await startConfs.read(name)
    if (conf === undefined && (await listHosts(db, { group: name })).length === 0) {
      throw unknownGroup(name, await startConfs.formerNames())
    }
    return { name, conf }
  }
  return createRouter()
    .openapi(readGroupGrub, async (c) => {
      const { name, conf } = await find(c.req.valid('param').name)
      return c.json(await groupGrubOf(linboDir, name, conf), 200)
    })
    .openapi(drawGroupGrub, async (c) => {
      const { name, conf } = await find(c.req.valid('param').name)
      return c.body(pictureOf(name, conf, c.req.valid('query')), 200, {
        'Content-Type': 'image/svg+xml',
      })
    })
}

async function groupGrubOf(
  linboDir: string,
  group: string,
  conf: string | undefined,
): Promise<GroupGrub> {
  const found = await readGrubConfig(linboDir, `boot/grub/${group}.cfg`)
  const wanted = conf === undefined ? undefined : grubPreview(conf, group)
  return {
    group,
    file: found.file,
    handWritten: found.isHandWritten,
    current: found.text !== null && found.text === wanted?.text,
    text: found.text,
    menu: found.isHandWritten ? null : (wanted?.menu ?? null),
    problems: wanted?.problems ?? [],
  }
}

/** @throws LinboError `START_CONF_UNKNOWN` */
function pictureOf(group: string, conf: string | undefined, screen: Screen): string {
  if (conf !== undefined) return grubPreview(conf, group, screen).picture
  const fix = `Write one with PUT /api/v1/groups/${group}/start-conf.`
  throw apiError('START_CONF_UNKNOWN', `group ${group} has no start.conf`, fix)
}

/** What single machines get. */
export function hostGrub({ db, linboDir, startConfs }: AppDeps) {
  return createRouter().openapi(readHostGrub, async (c) => {
    const hostname = c.req.valid('param').hostname.toLowerCase()
    const host = await findHost(db, hostname)
    if (!host) {
      const fix = 'GET /api/v1/hosts lists the hosts there are.'
      throw apiError('HOST_UNKNOWN', `there is no host ${hostname}`, fix)
    }
    const { group, pxe, mac } = host
    const { reason, file, isHandWritten } = await hostGrubConfig(linboDir, {
      ...{ hostname, group, pxe, mac },
    })
    const text = file === null ? null : (await readGrubConfig(linboDir, file)).text
    const of = file?.match(/^boot\/grub\/([^/]+)\.cfg$/)?.[1]
    const conf = of && !isHandWritten ? await startConfs.read(of).catch(() => undefined) : undefined
    const menu = of && conf !== undefined ? grubPreview(conf, of).menu : null
    return c.json({ hostname, group, reason, file, handWritten: isHandWritten, text, menu }, 200)
  })
}

/** start.conf texts that are not saved. */
export function startConfGrub() {
  return createRouter().openapi(preview, async (c) => {
    const { group, ...screen } = c.req.valid('query')
    const { text } = decodeText(new Uint8Array(await c.req.arrayBuffer()))
    const answer: GrubPreview = grubPreview(text, group, screen)
    return c.json(answer, 200)
  })
}

/** All configurations. */
export function grubConfigs({ linboDir }: AppDeps) {
  return createRouter().openapi(listHandWritten, async (c) => {
    const items = (await handWrittenConfigs(linboDir)).map((file) => ({ file }))
    return c.json({ items, next: null }, 200)
  })
}
