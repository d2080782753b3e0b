import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../router.ts'

/**
 * Refuses a body that is longer than `maxBytes`. One that does not tell its length, because it comes in chunks
 * or is none at all, is read here.
 * @param refuse throws the answer
 * @param hasOwnLimit the requests whose route reads the body as it comes, and limits it
 */
export function limitBody(
  maxBytes: number,
  refuse: () => never,
  hasOwnLimit: (method: string, path: string) => boolean = () => false,
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (hasOwnLimit(c.req.method, c.req.path)) return next()
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
