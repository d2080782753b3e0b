import { createRoute, z } from '@hono/zod-openapi'
import { activateBootSet, listBootSets, removeBootSet } from '@linbo/boot'
import { audit } from '../access/audit.ts'
import { json, moment, page } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { createRouter } from '../router.ts'

const bootSetSchema = z
  .object({
    id: z.string(),
    version: z.string().nullable().openapi({ description: 'of the package it was made from' }),
    madeAt: moment,
    by: z.string().nullable().openapi({ description: 'who had it made' }),
    sha256: z.object({ linbo64: z.string().nullable(), linbofs64: z.string().nullable() }),
    overlay: z.array(z.string()).openapi({ description: "what was put over LINBO's initramfs" }),
    sizeBytes: z.number(),
    isCurrent: z.boolean().openapi({ description: 'machines get this one' }),
    isInUse: z.boolean().openapi({ description: 'machines get it, or may still be fetching it' }),
    problem: z.string().nullable().openapi({ description: 'why nothing can boot from it' }),
  })
  .openapi('BootSet')

export type BootSet = z.infer<typeof bootSetSchema>

const params = z.object({ id: z.string().max(120) })
const switched = z.object({
  id: z.string(),
  before: z.string().nullable().openapi({ description: 'the set machines got before' }),
})

const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['boot-files'],
  summary: 'The sets of kernel and initramfs there are, latest first',
  responses: { 200: json(page(bootSetSchema), 'Boot sets') },
})

const activate = createRoute({
  method: 'post',
  path: '/{id}/activate',
  tags: ['boot-files'],
  summary: 'Give machines this set',
  description:
    'Also the way back to an earlier one. A machine that is just loading gets the rest of what it began with.',
  request: { params },
  responses: { 200: json(switched, 'The set machines get now') },
})

const remove = createRoute({
  method: 'delete',
  path: '/{id}',
  tags: ['boot-files'],
  summary: 'Remove a set',
  description: 'Refused for the one machines get, and for one they got less than an hour ago.',
  request: { params },
  responses: { 204: { description: 'Removed' } },
})

export function bootSets(deps: AppDeps) {
  const { bus, linboDir, log } = deps
  return createRouter()
    .openapi(list, async (c) =>
      c.json({ items: await listBootSets(linboDir, deps.now()), next: null }, 200),
    )
    .openapi(activate, async (c) => {
      const { id } = c.req.valid('param')
      const now = deps.now()
      const set = (await listBootSets(linboDir, now)).find((one) => one.id === id)
      if (!set) throw apiError('BOOT_SET_UNKNOWN', `there is no boot set ${id}`)
      const done = await activateBootSet(linboDir, id, { now })
      await audit(deps, c, 'boot-set.activate', id, { before: done.before })
      bus.publish('boot-files.changed', { set: id, version: set.version })
      // A set with the overlay asks for the list of hosts.
      await deps.bootConfigs.publish()
      log.info({ set: id, before: done.before }, 'boot set activated')
      return c.json(done, 200)
    })
    .openapi(remove, async (c) => {
      const { id } = c.req.valid('param')
      await removeBootSet(linboDir, id, deps.now())
      await audit(deps, c, 'boot-set.remove', id)
      return c.body(null, 204)
    })
}
