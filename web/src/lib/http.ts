import { type ApiProblem, problemOf } from './problem.ts'

type Query = Record<string, string | number | boolean | undefined | null>

/** Told when the API no longer knows our session. */
let onSignedOut: () => void = () => {}
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler
}

export function url(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return `/api/v1${path}${text ? `?${text}` : ''}`
}

async function ask(
  method: string,
  address: string,
  body?: BodyInit,
  type?: string,
  more: Record<string, string> = {},
) {
  let response: Response
  try {
    response = await fetch(address, {
      method,
      credentials: 'same-origin',
      headers: { accept: 'application/json', ...(type ? { 'content-type': type } : {}), ...more },
      ...(body === undefined ? {} : { body }),
    })
  } catch {
    throw problemOf(0, { code: 'OFFLINE', title: 'The server cannot be reached' })
  }
  if (response.ok) return response
  const problem: ApiProblem = problemOf(
    response.status,
    await response.json().catch(() => undefined),
  )
  if (response.status === 401 && !address.endsWith('/session')) onSignedOut()
  throw problem
}

async function json<T>(response: Response): Promise<T> {
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T)
}

/** Requests to the API. All throw `ApiProblem`. */
export const http = {
  get: async <T>(path: string, query?: Query) => json<T>(await ask('GET', url(path, query))),
  text: async (path: string) => (await ask('GET', url(path))).text(),
  post: async <T>(path: string, body?: unknown) =>
    json<T>(
      body === undefined
        ? await ask('POST', url(path))
        : await ask('POST', url(path), JSON.stringify(body), 'application/json'),
    ),
  patch: async <T>(path: string, body: unknown) =>
    json<T>(await ask('PATCH', url(path), JSON.stringify(body), 'application/json')),
  put: async <T>(path: string, body: unknown) =>
    json<T>(await ask('PUT', url(path), JSON.stringify(body), 'application/json')),
  /** A body that is no JSON, with headers such as `if-match`. */
  send: async <T>(
    method: 'POST' | 'PUT',
    path: string,
    body: BodyInit,
    type: string,
    headers: Record<string, string> = {},
  ) => json<T>(await ask(method, url(path), body, type, headers)),
  remove: async (path: string) => {
    await ask('DELETE', url(path))
  },
}
