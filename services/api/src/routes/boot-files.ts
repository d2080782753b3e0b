import { createRoute, z } from '@hono/zod-openapi'
import { bootFileStatus } from '@linbo/boot'
import { audit } from '../access/audit.ts'
import { json, moment, page, progressLines } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { progressAnswer } from '../http/progress-answer.ts'
import { createRouter } from '../router.ts'
import { bootFirmware } from './boot-firmware.ts'

const bootFileSchema = z
  .object({
    path: z.string(),
    present: z.boolean(),
    required: z.boolean().openapi({ description: 'machines cannot boot into LINBO without it' }),
    sizeBytes: z.number().nullable(),
    modifiedAt: moment.nullable(),
    fix: z.string().nullable().openapi({ description: 'what to do, null when all is well' }),
  })
  .openapi('BootFile')

export type BootFile = z.infer<typeof bootFileSchema>

const list = createRoute({
  method: 'get',
  path: '/',
  tags: ['boot-files'],
  summary: 'The files machines boot from, and what is missing',
  responses: { 200: json(page(bootFileSchema), 'Boot files') },
})

const build = createRoute({
  method: 'post',
  path: '/build',
  tags: ['boot-files'],
  summary: 'Build the files machines boot from, and give them to machines',
  description:
    'Puts password hash, keys, firmware and all else that is configured over what machines boot from now, or over the ' +
    'newest imported package. GRUB’s network tree is made first when it is missing or out of date.',
  request: {
    query: z.object({
      grub: z
        .enum(['needed', 'always'])
        .default('needed')
        .openapi({ description: '`always` makes GRUB’s network tree anew in any case' }),
    }),
  },
  responses: {
    200: progressLines('set, before, version, kernelVersion, overlay, warnings, sizeBytes, ms'),
  },
})

export function bootFiles(deps: AppDeps) {
  const { bootBuilder, linboDir, log } = deps
  return createRouter()
    .openapi(list, async (c) => c.json({ items: await bootFileStatus(linboDir), next: null }, 200))
    .openapi(build, (c) => {
      const { grub } = c.req.valid('query')
      const by = c.get('who') ?? 'nobody'
      return progressAnswer(
        async (tell) => {
          if (grub === 'always') await bootBuilder.completeTree(tell, true)
          const built = await bootBuilder.build({ by, tell })
          await audit(deps, c, 'boot-files.build', built.set, { before: built.before })
          return built
        },
        (err) => log.error({ err }, 'boot files not built'),
      )
    })
    .route('/firmware', bootFirmware(deps))
}
