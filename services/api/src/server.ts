import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { listenTcp } from '@linbo/runtime'
import type { EventsSocket } from './events-socket.ts'

/** How long a request may still run when the service stops, in milliseconds. */
const graceMs = 1000

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
  const listener = getRequestListener(options.fetch, { overrideGlobalObjects: false })
  const server = createServer((request, response) => void listener(request, response))
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
