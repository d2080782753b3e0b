import { createServer, type ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { listenTcp } from '@linbo/runtime'
import { DirectResponse } from './http/direct-response.ts'
import type { EventsSocket } from './live/events-socket.ts'

/** How long a request may still run when the service stops, in milliseconds. */
const graceMs = 1000
/** How long a request may take to arrive, in milliseconds: a package of 400 MB over a slow line. */
const requestMs = 3_600_000

export interface HttpServer {
  readonly port: number
  /** Resolves when no connection is open any more. */
  close(): Promise<void>
}

/**
 * Listens for HTTP and WebSocket.
 * @throws LinboError `TCP_PORT` when the port cannot be bound.
 */
export async function openHttpServer(options: {
  port: number
  address: string
  fetch: (request: Request, env: object) => Response | Promise<Response>
  socket: EventsSocket
  onError(error: Error): void
}): Promise<HttpServer> {
  const listener = getRequestListener(
    async (request, env) => {
      const response = await options.fetch(request, env)
      if (!(response instanceof DirectResponse)) return response
      const outgoing = env.outgoing as ServerResponse
      outgoing.writeHead(response.status, asUsuallySpelt(response.headers))
      await response.send(outgoing)
      return RESPONSE_ALREADY_SENT
    },
    // HTTP/1.0 clients may leave the Host header out.
    { overrideGlobalObjects: false, hostname: 'localhost' },
  )
  const server = createServer((request, response) => void listener(request, response))
  server.requestTimeout = requestMs
  server.on('upgrade', (request, socket, head) => options.socket.upgrade(request, socket, head))
  const port = await listenTcp(server, {
    port: options.port,
    address: options.address,
    purpose: 'HTTP',
    setting: 'LINBO_HTTP_PORT',
    onError: options.onError,
  })
  return {
    port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      await options.socket.close()
      server.closeIdleConnections()
      const impatient = setTimeout(() => server.closeAllConnections(), graceMs)
      await closed
      clearTimeout(impatient)
    },
  }
}

/** GRUB 2.06 knows `Content-Length` in this spelling only, and waits without end when it does not find it. */
function asUsuallySpelt(headers: Headers): Record<string, string> {
  const spelt = (name: string) => name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())
  return Object.fromEntries([...headers].map(([name, value]) => [spelt(name), value]))
}
