import { recordAudit } from '@linbo/db'
import { createMiddleware } from 'hono/factory'
import { accessOf } from '../access/access.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { type AppEnv, sourceOf } from '../router.ts'

type AuthDeps = Pick<AppDeps, 'adminToken' | 'db' | 'log' | 'now' | 'sessions' | 'signInLimit'>

/** Lets through who may pass, and counts and records wrong tokens. */
export function authenticate(deps: AuthDeps) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const access = await accessOf(deps, {
      method: c.req.method,
      path: c.req.path,
      header: (name) => c.req.header(name),
      host: new URL(c.req.url).host,
    })
    if (access.kind === 'allow') {
      if (access.who !== 'nobody') c.set('who', access.who)
      return next()
    }
    if (access.code === 'AUTH_REFUSED') await refuseSignIn(deps, sourceOf(c), 'bearer')
    if (access.code === 'AUTH_REQUIRED' || access.code === 'AUTH_REFUSED') {
      c.header('WWW-Authenticate', 'Bearer realm="linbo"')
    }
    throw apiError(access.code, access.reason, access.fix)
  })
}

/**
 * Counts a failed sign-in and records it.
 * @throws LinboError `AUTH_TOO_MANY` when this address has failed too often.
 */
export async function refuseSignIn(
  deps: AuthDeps,
  source: string,
  how: 'bearer' | 'session',
): Promise<void> {
  checkSignInLimit(deps, source)
  deps.signInLimit.failed(source, deps.now())
  deps.log.warn({ ip: source, how }, 'sign-in refused')
  await recordAudit(deps.db, {
    who: 'nobody',
    source,
    action: 'session.refused',
    target: how,
  })
}

/** @throws LinboError `AUTH_TOO_MANY` while this address has to wait. */
export function checkSignInLimit(deps: AuthDeps, source: string): void {
  const seconds = deps.signInLimit.waitSeconds(source, deps.now())
  if (seconds === 0) return
  throw apiError('AUTH_TOO_MANY', `too many failed sign-ins from ${source}`, `Wait ${seconds} s.`)
}

/**
 * Refuses paths with a `..` segment in any spelling. They reach nothing anyway, because URLs are normalised before
 * they are routed; but then they would be answered as some other path.
 */
export const refuseDotSegments = createMiddleware<AppEnv>(async (c, next) => {
  const path = c.env?.incoming?.url?.split(/[?#]/)[0] ?? ''
  if (/(?:^|[/\\])(?:\.|%2e){2}(?:[/\\]|$)/i.test(path.replaceAll(/%2f|%5c/gi, '/'))) {
    throw apiError('ROUTE_UNKNOWN', 'a path may not climb', 'Ask without "..".')
  }
  return next()
})

/** Headers that keep a browser from doing more with an answer than we meant. */
export const securityHeaders = createMiddleware<AppEnv>(async (c, next) => {
  await next()
  const headers = c.res.headers
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.set('X-Frame-Options', 'DENY')
  headers.set('Referrer-Policy', 'no-referrer')
  headers.set('Cross-Origin-Opener-Policy', 'same-origin')
  headers.set('Cross-Origin-Resource-Policy', 'same-origin')
  if (!headers.has('Content-Security-Policy')) {
    headers.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
  }
  if (c.req.path.startsWith('/api/v1') && !headers.has('Cache-Control')) {
    headers.set('Cache-Control', 'no-store')
  }
})

/** Counts requests for /metrics. */
export function countRequests(metrics: AppDeps['metrics'], now: () => number) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const start = now()
    await next()
    metrics.request(c.req.method, c.res.status, (now() - start) / 1000)
  })
}
