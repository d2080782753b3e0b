import { createServer, type Server, type Socket } from 'node:net'
import type { Logger } from '@linbo/log'
import { listenTcp } from '@linbo/runtime'
import { HandshakeError, printGreeting } from './handshake.ts'
import { writeAheadBytes } from './pooled.ts'
import { PeerGone } from './relay.ts'
import { type SessionParts, serveConnection } from './session.ts'

export interface GatewayOptions extends SessionParts {
  address: string
  port: number
  limits: { connections: number; perClient: number; handshakeMs: number }
  log: Logger
}

export interface Gateway {
  readonly port: number
  readonly connections: number
  start(): Promise<void>
  /** Ends every connection and resolves when all have been dealt with. */
  stop(): Promise<void>
}

const keepAliveMs = 30_000

/** The TCP server that clients reach: takes connections, keeps the limits, runs one session each. */
export function createGateway(options: GatewayOptions): Gateway {
  const { limits, log } = options
  const slots = Array.from({ length: limits.connections }, (_, index) => limits.connections - index)
  const perClient = new Map<string, number>()
  const sockets = new Set<Socket>()
  const sessions = new Set<Promise<void>>()
  let server: Server | undefined
  let port = 0

  function accept(client: Socket): void {
    client.on('error', () => {})
    const ip = client.remoteAddress?.replace(/^::ffff:/, '')
    if (ip === undefined) return void client.destroy()
    sockets.add(client)
    client.once('close', () => sockets.delete(client))
    client.setNoDelay(true)
    client.setKeepAlive(true, keepAliveMs)
    const already = perClient.get(ip) ?? 0
    const slot = already < limits.perClient ? slots.pop() : undefined
    if (slot === undefined) {
      const limit = already < limits.perClient ? limits.connections : limits.perClient
      log.warn({ ip, limit }, 'too many rsync connections')
      const text = `@ERROR: max connections (${limit}) reached -- try again later\n`
      turnAway(client, text)
      return
    }
    perClient.set(ip, already + 1)
    const session = serve(client, ip, slot).finally(() => {
      sessions.delete(session)
      slots.push(slot)
      const left = (perClient.get(ip) ?? 1) - 1
      if (left === 0) perClient.delete(ip)
      else perClient.set(ip, left)
    })
    sessions.add(session)
  }

  function turnAway(client: Socket, text: string): void {
    client.end(printGreeting(options.daemon.greeting) + text)
    client.resume()
    client.setTimeout(limits.handshakeMs, () => client.destroy())
  }

  async function serve(client: Socket, ip: string, slot: number): Promise<void> {
    const tooSlow = setTimeout(() => {
      log.debug({ ip }, 'the client said nothing for too long')
      client.destroy()
    }, limits.handshakeMs)
    try {
      await serveConnection(options, { client, ip, slot, onHandshake: () => clearTimeout(tooSlow) })
    } catch (error) {
      if (error instanceof PeerGone || error instanceof HandshakeError) {
        log.debug({ ip, reason: error.message }, 'rsync handshake failed')
      } else log.error({ ip, err: error }, 'rsync connection failed')
    } finally {
      clearTimeout(tooSlow)
      client.destroy()
    }
  }

  return {
    get port() {
      return port
    },
    get connections() {
      return sessions.size
    },
    async start() {
      server = createServer(
        { allowHalfOpen: true, noDelay: true, highWaterMark: writeAheadBytes },
        accept,
      )
      port = await listenTcp(server, {
        port: options.port,
        address: options.address,
        purpose: 'rsync',
        setting: 'LINBO_RSYNC_PORT',
        onError: (err) => log.error({ err }, 'rsync listener failed'),
      })
    },
    async stop() {
      const closed = new Promise<void>((resolve) =>
        server ? server.close(() => resolve()) : resolve(),
      )
      for (const socket of sockets) socket.destroy()
      await Promise.all(sessions)
      await closed
    },
  }
}
