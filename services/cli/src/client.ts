import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BusEvent } from '@linbo/bus'
import { locate } from '@linbo/config'
import { LinboError } from '@linbo/runtime'
import { WebSocket } from 'ws'
import type { Io } from './io.ts'

/** A page of a listing. */
export interface Page<T> {
  items: T[]
  next: string | null
}

export interface Client {
  readonly url: string
  /** @throws LinboError with the server's `code` and `fix`, or `SERVER_UNREACHABLE`. */
  request<T>(method: string, path: string, body?: unknown): Promise<T>
  /** Sends or fetches text instead of JSON. */
  text(method: string, path: string, body?: string, type?: string): Promise<string>
  /** Every item of a listing, page by page. */
  all<T>(path: string): Promise<T[]>
  /** Follows the event stream from `since` on, reconnecting when it breaks, until `signal` aborts. */
  events(options: {
    since?: number
    signal: AbortSignal
    onEvent(event: BusEvent): void
    onGap?(): void
  }): Promise<void>
}

/** Talks to the API at LINBO_URL with LINBO_TOKEN, or on the server itself with the admin-token file. */
export function createClient(io: Io): Client {
  const base = (io.env.LINBO_URL ?? `http://127.0.0.1:${io.env.LINBO_HTTP_PORT ?? 8080}`).replace(
    /\/+$/,
    '',
  )
  const headers: Record<string, string> = {}
  const token = io.env.LINBO_TOKEN ?? tokenFile(io)
  if (token) headers.authorization = `Bearer ${token}`

  async function send(
    method: string,
    path: string,
    body?: string,
    type?: string,
  ): Promise<Response> {
    let response: Response
    try {
      response = await fetch(`${base}/api/v1${path}`, {
        method,
        headers: { ...headers, ...(type ? { 'content-type': type } : {}) },
        ...(body === undefined ? {} : { body }),
      })
    } catch (cause) {
      throw unreachable(base, cause)
    }
    if (!response.ok) throw await problem(response, token !== undefined)
    return response
  }

  const client: Client = {
    url: base,
    async request<T>(method: string, path: string, body?: unknown) {
      const json = body === undefined ? undefined : JSON.stringify(body)
      const response = await send(
        method,
        path,
        json,
        json === undefined ? undefined : 'application/json',
      )
      return (response.status === 204 ? undefined : await response.json()) as T
    },
    text: async (method, path, body, type) => (await send(method, path, body, type)).text(),
    async all<T>(path: string) {
      const items: T[] = []
      let next: string | null = null
      do {
        const mark = path.includes('?') ? '&' : '?'
        const cursor: string = next === null ? '' : `${mark}cursor=${encodeURIComponent(next)}`
        const page: Page<T> = await client.request('GET', `${path}${cursor}`)
        items.push(...page.items)
        next = page.next ?? null
      } while (next !== null)
      return items
    },
    async events({ since, signal, onEvent, onGap }) {
      let last = since
      while (!signal.aborted) {
        const query = last === undefined ? '' : `?since=${last}`
        const socket = new WebSocket(`${base.replace(/^http/, 'ws')}/api/v1/events${query}`, {
          headers,
        })
        const close = () => socket.close()
        signal.addEventListener('abort', close, { once: true })
        await new Promise<void>((resolve) => {
          socket.on('message', (bytes) => {
            const event = JSON.parse(String(bytes)) as BusEvent | { type: 'stream.gap' }
            if (event.type === 'stream.gap') return onGap?.()
            last = event.id
            onEvent(event)
          })
          socket.on('error', () => {})
          socket.on('close', () => resolve())
        })
        signal.removeEventListener('abort', close)
        if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 500))
      }
    },
  }
  return client
}

function tokenFile(io: Io): string | undefined {
  const { dataDir } = locate({
    environment: io.env,
    ...(io.checkout ? { checkout: io.checkout } : {}),
  })
  try {
    return readFileSync(join(dataDir, 'admin-token'), 'utf8').trim()
  } catch {
    return undefined
  }
}

function unreachable(base: string, cause: unknown): LinboError {
  return new LinboError('SERVER_UNREACHABLE', `no LINBO server answers at ${base}`, {
    fix: 'Start it with `npm start` (or `linbo serve`), or set LINBO_URL.',
    cause,
  })
}

/** The server's problem document (RFC 9457) as an error. */
async function problem(response: Response, hadToken: boolean): Promise<LinboError> {
  const body = (await response.json().catch(() => ({}))) as Record<string, string | undefined>
  if (response.status === 401) {
    return new LinboError(
      'SIGN_IN',
      hadToken ? 'the server does not accept our token' : 'no token to sign in with',
      {
        fix: 'Set LINBO_TOKEN, or run as a user who may read the admin-token file in the data directory.',
      },
    )
  }
  const message = body.detail ?? body.title ?? `the server answered ${response.status}`
  return new LinboError(body.code ?? 'SERVER_ERROR', message, body.fix ? { fix: body.fix } : {})
}
