import { createRoute, z } from '@hono/zod-openapi'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { isSameSecret } from '../access/admin-token.ts'
import { audit } from '../access/audit.ts'
import { sessionCookie, sessionMs } from '../access/sessions.ts'
import { json, jsonBody } from '../answers.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { checkSignInLimit, refuseSignIn } from '../http/middleware.ts'
import { createRouter, sourceOf } from '../router.ts'

const tags = ['session']
const sessionSchema = z.object({ who: z.string() }).openapi('Session')

const signIn = createRoute({
  method: 'post',
  path: '/',
  tags,
  summary: 'Sign in with the admin token; the answer sets a cookie',
  security: [],
  request: { body: jsonBody(z.strictObject({ token: z.string().min(1).max(500) })) },
  responses: { 200: json(sessionSchema, 'Signed in') },
})
const read = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'Who is signed in',
  responses: { 200: json(sessionSchema, 'Signed in') },
})
const signOut = createRoute({
  method: 'delete',
  path: '/',
  tags,
  summary: 'Sign out',
  responses: { 204: { description: 'Signed out' } },
})

export function session(deps: AppDeps) {
  return createRouter()
    .openapi(signIn, async (c) => {
      const source = sourceOf(c)
      checkSignInLimit(deps, source)
      if (!isSameSecret(c.req.valid('json').token.trim(), deps.adminToken)) {
        await refuseSignIn(deps, source, 'session')
        throw apiError(
          'AUTH_REFUSED',
          'the token is not valid',
          'Use the token in <LINBO_DATA_DIR>/admin-token.',
        )
      }
      deps.signInLimit.succeeded(source)
      const who = 'admin'
      const isHttps =
        c.req.url.startsWith('https:') || c.req.header('x-forwarded-proto') === 'https'
      setCookie(c, sessionCookie, await deps.sessions.create(who), {
        path: '/',
        httpOnly: true,
        sameSite: 'Strict',
        secure: isHttps,
        maxAge: sessionMs / 1000,
      })
      c.set('who', who)
      await audit(deps, c, 'session.create', who)
      return c.json({ who }, 200)
    })
    .openapi(read, (c) => c.json({ who: c.get('who') ?? 'nobody' }, 200))
    .openapi(signOut, async (c) => {
      const id = getCookie(c, sessionCookie)
      if (id) await deps.sessions.end(id)
      deleteCookie(c, sessionCookie, { path: '/' })
      await audit(deps, c, 'session.end', c.get('who') ?? 'nobody')
      return c.body(null, 204)
    })
}
