import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable, Writable } from 'node:stream'
import type { BusEvent } from '@linbo/bus'
import { listenTcp } from '@linbo/runtime'
import { WebSocketServer } from 'ws'
import type { Io } from './io.ts'
import type { Operation } from './resources.ts'

export interface TestIo extends Io {
  printed(): string
  complained(): string
  abort: AbortController
}

/** An Io that keeps what is printed. */
export function testIo(env: Record<string, string> = {}, input = ''): TestIo {
  let out = ''
  let err = ''
  const abort = new AbortController()
  return {
    out: (text) => {
      out += `${text}\n`
    },
    write: (text) => {
      out +=
        typeof text === 'string' ? text : new TextDecoder('utf-8', { ignoreBOM: true }).decode(text)
    },
    err: (text) => {
      err += `${text}\n`
    },
    input: Readable.from(input === '' ? [] : [Buffer.from(input)]),
    output: new Writable({
      write: (bytes, _, done) => {
        out += String(bytes)
        done()
      },
    }),
    columns: undefined,
    terminal: undefined,
    ask: undefined,
    answer: undefined,
    env: { LINBO_DATA_DIR: '/nonexistent', ...env },
    checkout: undefined,
    signal: abort.signal,
    abort,
    printed: () => out,
    complained: () => err,
  }
}

type Answer = {
  status?: number
  json?: unknown
  text?: string
  headers?: Record<string, string>
}
export type Handler = (request: {
  method: string
  path: string
  body: string
  token: string
  headers: IncomingMessage['headers']
}) => Answer

export interface TestServer {
  url: string
  requests: string[]
  /** Queries of the WebSockets that were opened. */
  sockets: string[]
  send(event: BusEvent | { type: 'stream.gap' }): void
  /** Breaks every open WebSocket. */
  dropSockets(): void
  close(): Promise<void>
}

/** An API on loopback that answers what the test says, with an event stream. */
export async function startTestServer(handler: Handler): Promise<TestServer> {
  const requests: string[] = []
  const sockets: string[] = []
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const path = (request.url ?? '').replace('/api/v1', '')
    requests.push(`${request.method} ${path}`)
    const token = request.headers.authorization ?? ''
    const { method = '', headers } = request
    const answer = handler({ method, path, body, token, headers })
    const status =
      answer.status ?? (answer.json === undefined && answer.text === undefined ? 204 : 200)
    response.writeHead(status, { 'content-type': 'application/json', ...answer.headers })
    response.end(answer.text ?? (answer.json === undefined ? '' : JSON.stringify(answer.json)))
  })
  const live = new WebSocketServer({ server })
  live.on('connection', (_socket, request) => sockets.push(request.url ?? ''))
  const port = await listenTcp(server, { port: 0, address: '127.0.0.1', purpose: 'test API' })
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    sockets,
    send(event) {
      for (const client of live.clients) client.send(JSON.stringify(event))
    },
    dropSockets() {
      for (const client of live.clients) client.terminate()
    },
    async close() {
      for (const client of live.clients) client.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** An operation on these hosts, as the API shows it when it has just begun. */
export function testOperation(...hostnames: string[]): Operation {
  return {
    id: 'op1',
    state: 'running',
    commands: 'sync:1',
    options: {},
    createdBy: 'admin',
    createdAt: '2026-11-20T07:45:03.000Z',
    startedAt: '2026-11-20T07:45:03.000Z',
    finishedAt: null,
    hosts: hostnames.map((hostname) => ({
      hostname,
      phase: 'waiting',
      command: null,
      percent: null,
      text: '',
      reason: null,
      exitCode: null,
      startedAt: null,
      finishedAt: null,
    })),
  } as Operation
}
