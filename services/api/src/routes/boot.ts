import { createRoute, z } from '@hono/zod-openapi'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { createRouter, sourceOf } from '../router.ts'

const bytes = z.string().openapi({ format: 'binary' })

const read = createRoute({
  method: 'get',
  path: '/{path}',
  tags: ['boot'],
  summary: 'A boot file: kernel, initramfs, GRUB',
  description: 'The path has slashes as below LINBO_DIR. Answers ranges and conditional requests.',
  security: [],
  request: { params: z.object({ path: z.string() }) },
  responses: {
    200: { description: 'The file', content: { 'application/octet-stream': { schema: bytes } } },
    206: { description: 'A part', content: { 'application/octet-stream': { schema: bytes } } },
    304: { description: 'Not changed' },
    412: { description: 'Another version than the one that is meant' },
    416: { description: 'No such part' },
  },
})

export function boot({ bootFiles }: AppDeps) {
  const router = createRouter()
  router.openAPIRegistry.registerPath(read)
  // Registered by hand: OpenAPI has no path parameter with slashes. Hono answers HEAD through GET.
  return router.get('/*', async (c) => {
    const file = await bootFiles.serve({
      path: new URL(c.req.url).pathname.replace(/^\/boot\//, ''),
      ip: sourceOf(c),
      isHead: c.req.method === 'HEAD',
      conditions: {
        range: c.req.header('range'),
        ifRange: c.req.header('if-range'),
        ifMatch: c.req.header('if-match'),
        ifUnmodifiedSince: c.req.header('if-unmodified-since'),
        ifNoneMatch: c.req.header('if-none-match'),
        ifModifiedSince: c.req.header('if-modified-since'),
      },
    })
    if (!file) throw apiError('BOOT_FILE_UNKNOWN', 'there is no such boot file')
    return file
  })
}
