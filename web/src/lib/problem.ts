/** The body of every error answer (RFC 9457). */
export interface ProblemBody {
  title: string
  status: number
  code: string
  detail: string
  fix: string | null
}

/** A request the API refused, or that never reached it (`status` 0, code `OFFLINE`). */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly fix: string | null
  /** The whole body: some problems carry more, the wrong lines of a file for one. */
  readonly body: Record<string, unknown>

  constructor(body: ProblemBody & Record<string, unknown>) {
    super(body.detail || body.title)
    this.name = 'ApiProblem'
    this.status = body.status
    this.code = body.code
    this.title = body.title
    this.fix = body.fix
    this.body = body
  }
}

/** Makes something readable of whatever an answer's body turned out to be. */
export function problemOf(status: number, body: unknown): ApiProblem {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const text = (name: string) => (typeof fields[name] === 'string' ? (fields[name] as string) : '')
  return new ApiProblem({
    ...fields,
    status,
    code: text('code') || `HTTP_${status}`,
    title: text('title') || `HTTP ${status}`,
    detail: text('detail'),
    fix: text('fix') || null,
  })
}

export function isProblem(error: unknown): error is ApiProblem {
  return error instanceof ApiProblem
}
