import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from './router.ts'

/**
 * Refuses a body that is longer than `maxBytes`. One that does not tell its length, because it comes in chunks
 * or is none at all, is read here.
 * @param refuse throws the answer
 */
export function limitBody(maxBytes: number, refuse: () => never): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const length = c.req.header('content-length')
    if (length !== undefined) {
      if (Number(length) > maxBytes) refuse()
      return next()
    }
    if (!c.req.raw.body) return next()
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of c.req.raw.body) {
      size += chunk.length
      if (size > maxBytes) refuse()
      chunks.push(chunk)
    }
    const { method, headers } = c.req.raw
    const body = size === 0 ? {} : { body: Buffer.concat(chunks) }
    c.req.raw = new Request(c.req.url, { method, headers, ...body })
    return next()
  }
}
