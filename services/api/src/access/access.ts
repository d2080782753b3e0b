import { parse } from 'hono/utils/cookie'
import type { AppDeps } from '../deps.ts'
import { isSameSecret } from './admin-token.ts'
import { type Access, decideAccess, isSameOrigin } from './auth.ts'
import { sessionCookie } from './sessions.ts'

export interface AskingRequest {
  method: string
  path: string
  header(name: string): string | undefined
  /** Host the request was sent to, when there is no such header. */
  host?: string | undefined
}

/** Looks up what the request's credentials are worth and decides. */
export async function accessOf(
  deps: Pick<AppDeps, 'adminToken' | 'sessions'>,
  request: AskingRequest,
): Promise<Access> {
  const token = /^Bearer\s+(.+)$/i.exec(request.header('authorization') ?? '')?.[1]?.trim()
  const cookie = parse(request.header('cookie') ?? '', sessionCookie)[sessionCookie]
  const facts = {
    method: request.method,
    path: request.path,
    bearer:
      token === undefined
        ? ('absent' as const)
        : isSameSecret(token, deps.adminToken)
          ? ('right' as const)
          : ('wrong' as const),
    session: cookie ? await deps.sessions.find(cookie) : undefined,
    origin: request.header('origin'),
    fetchSite: request.header('sec-fetch-site'),
    host: request.header('host') ?? request.host,
    contentType: request.header('content-type'),
  }
  // A WebSocket is opened with GET, yet a page of another site could read the stream with our cookie.
  const isSocket = request.header('upgrade') !== undefined
  if (isSocket && facts.bearer === 'absent' && !isSameOrigin(facts)) {
    return {
      kind: 'refuse',
      code: 'AUTH_CROSS_SITE',
      reason: 'a page of another site may not listen',
      fix: 'Use the dashboard of this server, or a bearer token.',
    }
  }
  return decideAccess(facts)
}
