import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { DirectResponse } from '../http/direct-response.ts'
import { type AppEnv, createRouter, sourceOf } from '../router.ts'

const bytes = z.string().openapi({ format: 'binary' })

const read = createRoute({
  method: 'get',
  path: '/boot/{path}',
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

/**
 * GRUB 2.06 reads the body of a 404 as the file it asked for, so there must be none. It also skips the header
 * after the status line, which therefore must not be the one that says so.
 */
function missingForGrub(): Response {
  const headers = { 'Cache-Control': 'no-cache', 'Content-Length': '0' }
  return new DirectResponse({ status: 404, headers }, async (outgoing) => void outgoing.end())
}

export function boot({ bootFiles }: AppDeps) {
  const router = createRouter()
  router.openAPIRegistry.registerPath(read)
  const answer = async (c: Context<AppEnv>) => {
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
    if (file) return file
    if (c.req.header('user-agent')?.startsWith('GRUB')) return missingForGrub()
    throw apiError('BOOT_FILE_UNKNOWN', 'there is no such boot file')
  }
  // Registered by hand: OpenAPI has no path parameter with slashes. Hono answers HEAD through GET. Kernel and
  // initramfs are at the top as well, where they are for TFTP: GRUB tells the kernel the path it came from.
  return router.get('/boot/*', answer).get('/linbo64', answer).get('/linbofs64', answer)
}
