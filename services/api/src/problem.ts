import { LinboError } from '@linbo/runtime'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ZodError } from 'zod'
import { apiError, ExtendedError, problems } from './errors.ts'

/** The body of every error answer: RFC 9457, with our `code` and what to do about it. */
export interface Problem {
  type: string
  title: string
  status: ContentfulStatusCode
  code: string
  detail: string
  fix: string | null
}

export const problemType = 'application/problem+json'

/**
 * The only place an error becomes an HTTP answer. What we do not know says nothing about itself; an
 * operational error of another part is told to those who are signed in.
 */
export function problemOf(error: unknown, options: { isSignedIn: boolean }): Problem {
  const known = toKnown(error)
  if (known instanceof LinboError) {
    const entry = (problems as Record<string, readonly [number, string]>)[known.code]
    if (entry) {
      const members = known instanceof ExtendedError ? known.members : {}
      return { ...members, ...body(known.code, entry[0], entry[1], known.message, known.fix) }
    }
    if (options.isSignedIn) {
      return body(known.code, 500, 'The server cannot do this now', known.message, known.fix)
    }
  }
  return body(
    'INTERNAL',
    500,
    'Something went wrong in the server',
    'The server met an error it did not expect.',
    "The server's log names the reason.",
  )
}

/** A request whose fields are wrong, each named with what is wrong about it. */
export function invalidRequest(error: ZodError): LinboError {
  const wrong = error.issues.map((issue) => {
    const field = issue.path.join('.')
    return field ? `${field}: ${issue.message}` : issue.message
  })
  return apiError('REQUEST_INVALID', wrong.join('; '), 'Correct the fields that are named.')
}

/** Postgres's and PGlite's code for a text that no column takes (SQLSTATE 22021). */
const badText = '22021'

function toKnown(error: unknown): unknown {
  if (error instanceof HTTPException) return fromHttp(error)
  const isBadText = error instanceof Error && 'code' in error && error.code === badText
  if (!isBadText) return error
  return apiError('REQUEST_MALFORMED', 'the request has a zero byte', 'Send it without.')
}

function fromHttp(error: HTTPException): unknown {
  if (error.status === 413) return apiError('REQUEST_TOO_LARGE', 'the body is larger than allowed')
  if (error.status < 500) {
    const fix = 'Send what /api/reference describes.'
    return apiError('REQUEST_MALFORMED', error.message || 'malformed request', fix)
  }
  return error
}

function body(
  code: string,
  status: number,
  title: string,
  detail: string,
  fix: string | undefined,
): Problem {
  const type = `/api/reference#problem-${code}`
  return { type, title, status: status as ContentfulStatusCode, code, detail, fix: fix ?? null }
}
