import { createRoute, z } from '@hono/zod-openapi'
import { findKernelOptions } from '@linbo/formats'
import { audit } from '../access/audit.ts'
import { progressLines } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { downloadFile } from '../http/file-download.ts'
import { progressAnswer } from '../http/progress-answer.ts'
import { createRouter } from '../router.ts'

const query = z.object({
  group: z.string().max(63).optional().openapi({ description: 'adds its KernelOptions' }),
})
const image = 'application/x-iso9660-image'
const bytes = z.string().openapi({ format: 'binary' })

const make = createRoute({
  method: 'post',
  path: '/',
  tags: ['boot-files'],
  summary: 'Make the boot medium for machines that cannot boot from the network',
  description: 'An image that is there already is not made again.',
  request: { query },
  responses: { 200: progressLines('key, set, missing, sizeBytes, isNew') },
})

const read = createRoute({
  method: 'get',
  path: '/',
  tags: ['boot-files'],
  summary: 'The boot medium: a CD and USB image for BIOS and UEFI',
  description: 'Is made first when it is not there. Answers ranges and conditional requests.',
  request: { query },
  responses: {
    200: { description: 'The image', content: { [image]: { schema: bytes } } },
    206: { description: 'A part', content: { [image]: { schema: bytes } } },
    304: { description: 'Not changed' },
    412: { description: 'Another image than the one that is meant' },
    416: { description: 'No such part' },
  },
})

export function bootIso(deps: AppDeps) {
  const optionsOf = async (group: string | undefined): Promise<string> => {
    if (group === undefined) return ''
    const text = await deps.startConfs.read(group)
    if (text === undefined)
      throw apiError('START_CONF_UNKNOWN', `there is no start.conf of group ${group}`)
    return findKernelOptions(text)
  }
  const router = createRouter()
  // By hand: the answer goes straight to the socket.
  router.openAPIRegistry.registerPath(read)
  return router
    .openapi(make, async (c) => {
      const { group } = c.req.valid('query')
      const kernelOptions = await optionsOf(group)
      return progressAnswer(
        async (tell) => {
          const made = await deps.bootIso.make({ kernelOptions, onProgress: tell })
          const { key, set, missing, sizeBytes, isNew } = made
          if (isNew) await audit(deps, c, 'boot-iso.make', key, { set, group: group ?? null })
          return { key, set, missing, sizeBytes, isNew }
        },
        (err) => deps.log.error({ err }, 'boot medium not made'),
      )
    })
    .get('/', async (c) => {
      const group = c.req.query('group')
      const { path, key } = await deps.bootIso.make({ kernelOptions: await optionsOf(group) })
      const name = group === undefined ? 'linbo.iso' : `linbo-${group}.iso`
      return downloadFile(
        { path, name, type: image, etag: key, now: deps.now() },
        {
          isHead: c.req.method === 'HEAD',
          conditions: {
            range: c.req.header('range'),
            ifRange: c.req.header('if-range'),
            ifMatch: c.req.header('if-match'),
            ifNoneMatch: c.req.header('if-none-match'),
          },
        },
      )
    })
}
