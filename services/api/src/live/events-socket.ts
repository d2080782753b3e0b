import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Subscription } from '@linbo/bus'
import { type WebSocket, WebSocketServer } from 'ws'
import { accessOf } from '../access/access.ts'
import type { AppDeps } from '../deps.ts'
import { apiError } from '../errors.ts'
import { refuseSignIn } from '../http/middleware.ts'
import { problemOf, problemType } from '../problem.ts'
import { plainAddress } from '../router.ts'
import { gapMessage, parseSince } from './event-source.ts'

export const eventsPath = '/api/v1/events'
const pingMs = 30_000
const maxBufferedBytes = 16 * 1024 * 1024
/** RFC 6455 7.4.1: the server is going down; come back. */
const goingAway = 1001
const tryAgainLater = 1013

export interface EventsSocket {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Says goodbye to everybody, and resolves when all are gone. */
  close(): Promise<void>
}

type SocketDeps = Pick<
  AppDeps,
  'adminToken' | 'db' | 'events' | 'log' | 'now' | 'sessions' | 'signInLimit'
>

/** The event stream over WebSocket (RFC 6455): one message is one event. */
export function createEventsSocket(
  deps: SocketDeps,
  options: { pingMs?: number; maxBufferedBytes?: number } = {},
): EventsSocket {
  const server = new WebSocketServer({ noServer: true, maxPayload: 1024, clientTracking: true })
  const limit = options.maxBufferedBytes ?? maxBufferedBytes

  const serve = async (socket: WebSocket, since: number | undefined) => {
    let subscription: Subscription | undefined
    let isAlive = true
    const pinging = setInterval(() => {
      if (!isAlive) return socket.terminate()
      isAlive = false
      socket.ping()
    }, options.pingMs ?? pingMs)
    const send = (text: string) => {
      if (socket.readyState !== socket.OPEN) return
      // Cut off rather than kept waiting: the client comes back and resumes with `since`.
      if (socket.bufferedAmount > limit) socket.terminate()
      else socket.send(text)
    }
    socket.on('pong', () => {
      isAlive = true
    })
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      clearInterval(pinging)
      void subscription?.close()
    })
    try {
      subscription = await deps.events.listen({
        since,
        onEvent: (_id, json) => send(json),
        onGap: () => send(gapMessage),
      })
    } catch (error) {
      const { detail } = problemOf(error, { isSignedIn: true })
      socket.close(tryAgainLater, detail.slice(0, 100))
      return
    }
    if (socket.readyState > socket.OPEN) await subscription.close()
  }

  const accept = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.pathname !== eventsPath) {
      throw apiError('ROUTE_UNKNOWN', `nothing listens at ${url.pathname}`)
    }
    const access = await accessOf(deps, {
      method: 'GET',
      path: eventsPath,
      header: (name) => request.headers[name]?.toString(),
    })
    if (access.kind === 'refuse') {
      if (access.code === 'AUTH_REFUSED') {
        await refuseSignIn(deps, plainAddress(request.socket.remoteAddress ?? 'local'), 'bearer')
      }
      throw apiError(access.code, access.reason, access.fix)
    }
    const since = parseSince(url.searchParams.get('since') ?? undefined)
    server.handleUpgrade(request, socket, head, (opened) => void serve(opened, since))
  }

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy())
      accept(request, socket, head).catch((error) => refuse(socket, error))
    },
    async close() {
      const gone = [...server.clients].map(
        (client) => new Promise<void>((resolve) => client.once('close', () => resolve())),
      )
      for (const client of server.clients) client.close(goingAway, 'the server is stopping')
      const impatient = setTimeout(() => {
        for (const client of server.clients) client.terminate()
      }, 500)
      await Promise.all(gone)
      clearTimeout(impatient)
      server.close()
    },
  }
}

function refuse(socket: Duplex, error: unknown): void {
  const problem = problemOf(error, { isSignedIn: false })
  const body = JSON.stringify(problem)
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      'Connection: close',
      `Content-Type: ${problemType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...(problem.status === 401 ? ['WWW-Authenticate: Bearer realm="linbo"'] : []),
      '',
      body,
    ].join('\r\n'),
  )
}
