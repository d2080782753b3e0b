import { createRoute, z } from '@hono/zod-openapi'
import { bootFileStatus } from '@linbo/boot'
import { json, moment, page } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { createRouter } from '../router.ts'

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

export function bootFiles({ linboDir }: AppDeps) {
  return createRouter().openapi(list, async (c) =>
    c.json({ items: await bootFileStatus(linboDir), next: null }, 200),
  )
}
