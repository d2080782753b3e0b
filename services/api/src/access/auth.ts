import type { ProblemCode } from '../errors.ts'

/** What a request brings along, as far as access depends on it. */
export interface RequestFacts {
  method: string
  /** Path without the query. */
  path: string
  /** The bearer token: not sent, the right one, or another. */
  bearer: 'absent' | 'right' | 'wrong'
  /** Who the session cookie belongs to, when it is a live one. */
  session: string | undefined
  /** Headers of the same name. */
  origin: string | undefined
  fetchSite: string | undefined
  host: string | undefined
  contentType: string | undefined
}

export type Access =
  | { kind: 'allow'; who: string }
  | { kind: 'refuse'; code: ProblemCode; reason: string; fix: string }

const open = new Set([
  'GET /api/v1/openapi.json',
  'HEAD /api/v1/openapi.json',
  'POST /api/v1/session',
])

/** Bodies a page of another site cannot send without asking first, and plain text. */
const bodyTypes = /^(application\/json|application\/octet-stream|text\/plain|text\/csv)\s*(;|$)/i

/** Who may do what. Everything below /api/v1 needs the admin token or a session. */
export function decideAccess(facts: RequestFacts): Access {
  const isOpen = open.has(`${facts.method} ${facts.path}`)
  if (facts.bearer === 'right') return { kind: 'allow', who: 'admin' }
  if (facts.bearer === 'wrong' && !isOpen) {
    return refuse(
      'AUTH_REFUSED',
      'the token is not valid',
      'Use the token in <LINBO_DATA_DIR>/admin-token.',
    )
  }
  if (facts.session === undefined && !isOpen) {
    return refuse(
      'AUTH_REQUIRED',
      'this needs the admin token or a session',
      'Send "Authorization: Bearer <token>"; the token is in <LINBO_DATA_DIR>/admin-token.',
    )
  }
  if (isUnsafe(facts.method)) {
    const problem = crossSite(facts)
    if (problem) return problem
  }
  return { kind: 'allow', who: facts.session ?? 'nobody' }
}

/**
 * Whether a browser sent this from a page of our own. Every browser names the origin with an unsafe method or
 * a WebSocket, so a request without the headers does not come from a page.
 */
export function isSameOrigin(facts: Pick<RequestFacts, 'origin' | 'fetchSite' | 'host'>): boolean {
  if (facts.fetchSite !== undefined && !['same-origin', 'none'].includes(facts.fetchSite))
    return false
  if (facts.origin === undefined) return true
  try {
    return new URL(facts.origin).host === facts.host
  } catch {
    return false
  }
}

function crossSite(facts: RequestFacts): Access | undefined {
  if (!isSameOrigin(facts)) {
    return refuse(
      'AUTH_CROSS_SITE',
      `a page of ${facts.origin ?? 'another site'} may not use this session`,
      'Use the dashboard of this server, or a bearer token.',
    )
  }
  if (facts.contentType !== undefined && !bodyTypes.test(facts.contentType)) {
    return refuse(
      'REQUEST_MEDIA_TYPE',
      `a body of type ${facts.contentType} is not taken`,
      'Send application/json, text/plain or text/csv.',
    )
  }
  return undefined
}

function isUnsafe(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method)
}

function refuse(code: ProblemCode, reason: string, fix: string): Access {
  return { kind: 'refuse', code, reason, fix }
}
