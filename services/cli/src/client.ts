import type { BusEvent } from '@linbo/bus'
import { pause } from '@linbo/runtime'
import { WebSocket } from 'ws'
import type { Io } from './io.ts'
import { type OnStep, readProgress } from './progress-lines.ts'
import { findServer, problemOf, unreachable } from './server-access.ts'

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
  text(method: string, path: string, body?: string | Uint8Array, type?: string): Promise<string>
  /** Sends or fetches a text that has revisions; `etag` is that of the answer. */
  revised(
    method: string,
    path: string,
    options?: { body?: string; ifMatch?: string },
  ): Promise<{ text: string; etag: string }>
  /** Fetches a file as it is. */
  bytes(path: string): Promise<Uint8Array>
  /** Fetches a large file piece by piece. */
  download(path: string): Promise<AsyncIterable<Uint8Array>>
  /** Has the server do something that takes its time, and tells how far it is. */
  follow<T>(
    method: string,
    path: string,
    options?: {
      body?: string | Uint8Array | ReadableStream<Uint8Array>
      type?: string
      headers?: Record<string, string>
      onStep?: OnStep
    },
  ): Promise<T>
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

const reconnectMs = 500

/** Talks to the API of the server that the environment names. @throws LinboError `USAGE`. */
export function createClient(io: Io): Client {
  const { url, token } = findServer(io)
  const base = `${url}/api/v1`
  const headers: Record<string, string> = {
    'user-agent': 'linbo-cli/0.1.0',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  }

  async function send(
    method: string,
    path: string,
    body?: string | Uint8Array | ReadableStream<Uint8Array>,
    type?: string,
    more: Record<string, string> = {},
  ) {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { ...headers, ...(type ? { 'content-type': type } : {}), ...more },
      ...(body === undefined ? {} : { body: body as BodyInit }),
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    }).catch((cause) => {
      throw unreachable(url, cause)
    })
    if (!response.ok) throw await problemOf(response, token !== undefined)
    return response
  }

  const client: Client = {
    url,
    async request<T>(method: string, path: string, body?: unknown) {
      const response = await (body === undefined
        ? send(method, path)
        : send(method, path, JSON.stringify(body), 'application/json'))
      return (response.status === 204 ? undefined : await response.json()) as T
    },
    text: async (method, path, body, type) => (await send(method, path, body, type)).text(),
    async revised(method, path, { body, ifMatch } = {}) {
      const type = body === undefined ? undefined : 'text/plain'
      const more = ifMatch === undefined ? {} : { 'if-match': ifMatch }
      const response = await send(method, path, body, type, more)
      return { text: await response.text(), etag: response.headers.get('etag') ?? '' }
    },
    bytes: async (path) => new Uint8Array(await (await send('GET', path)).arrayBuffer()),
    async download(path) {
      return (await send('GET', path)).body ?? new ReadableStream<Uint8Array>()
    },
    async follow<T>(
      method: string,
      path: string,
      { body, type, headers: more, onStep }: Parameters<Client['follow']>[2] = {},
    ) {
      const response = await send(method, path, body, type, more)
      return readProgress<T>(response.body, onStep)
    },
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
        const socket = new WebSocket(`${base.replace(/^http/, 'ws')}/events${query}`, { headers })
        const close = () => socket.terminate()
        signal.addEventListener('abort', close, { once: true })
        await new Promise<void>((resolve) => {
          socket.on('message', (bytes) => {
            if (signal.aborted) return
            const event = JSON.parse(String(bytes)) as BusEvent | { type: 'stream.gap' }
            if (event.type === 'stream.gap') return onGap?.()
            last = event.id
            onEvent(event)
          })
          socket.on('error', () => {})
          socket.on('close', () => resolve())
        })
        signal.removeEventListener('abort', close)
        await pause(reconnectMs, signal)
      }
    },
  }
  return client
}
