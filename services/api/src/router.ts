import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { invalidRequest } from './problem.ts'

/** What the middleware leaves for the routes. */
export interface AppEnv {
  Bindings: { incoming?: { url?: string; socket?: { remoteAddress?: string | undefined } } }
  Variables: {
    /** Who is signed in; unset on open routes. */
    who: string | undefined
  }
}

/** A router whose invalid requests become problem documents. */
export function createRouter() {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(result.error)
    },
  })
}

/** The address the request came from. Headers are not asked: anybody can write them. */
export function sourceOf(c: Context<AppEnv>): string {
  return plainAddress(c.env?.incoming?.socket?.remoteAddress ?? 'local')
}

/** An IPv4 address as people write it, also when the socket speaks IPv6. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
