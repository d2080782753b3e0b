import { once } from 'node:events'
import { access, mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bus, createMemoryBus } from '@linbo/bus'
import { load, suite } from '@linbo/config'
import {
  type Database,
  findBoot,
  findTransfer,
  listBoots,
  openDatabase,
  saveHost,
  saveTransfers,
} from '@linbo/db'
import { silentLog } from '@linbo/log'
import type { Service } from '@linbo/runtime'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createApiService, schema } from './index.ts'
import { createEventSource } from './live/event-source.ts'
import { createEventsSocket } from './live/events-socket.ts'

let folder: string
let database: Database
let bus: Bus
let service: Service
let token: string

beforeAll(async () => {
  database = await openDatabase({ url: undefined, dataDir: 'memory' })
  await saveHost(database.db, {
    hostname: 'pc1',
    mac: '52:54:00:00:00:01',
    group: 'lab',
    room: 'r1',
  })
})
afterAll(() => database.close())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linbo-service-'))
  bus = createMemoryBus({ keep: 100 })
  service = create()
  await service.start()
  token = (await readFile(join(folder, 'admin-token'), 'utf8')).trim()
})
afterEach(async () => {
  await service.stop()
  await bus.close()
  await rm(folder, { recursive: true, force: true })
})

function create(more: Record<string, string> = {}): Service {
  const environment = {
    LINBO_HTTP_PORT: '0',
    LINBO_LISTEN: '127.0.0.1',
    LINBO_EVENT_CLIENTS: '2',
    ...more,
  }
  const config = load({ ...suite(folder), ...schema }, environment).values
  const { db } = database
  return createApiService({
    config,
    db,
    embedded: true,
    bus,
    log: silentLog,
  })
}

const port = () => Number(service.health().facts?.port)
const url = (path: string) => `http://127.0.0.1:${port()}${path}`
const bearer = () => ({ authorization: `Bearer ${token}` })
const newest = (text: string) =>
  bus.publish('service.health', { service: text, state: 'ok', detail: null })

interface Listener {
  socket: WebSocket
  messages: { id?: number; type: string; service?: string }[]
  /** Resolves when this many messages have come. */
  has(count: number): Promise<void>
}

async function listen(query = '', headers: Record<string, string> = bearer()): Promise<Listener> {
  const socket = new WebSocket(`ws://127.0.0.1:${port()}/api/v1/events${query}`, { headers })
  const messages: Listener['messages'] = []
  socket.on('message', (bytes) => messages.push(JSON.parse(String(bytes))))
  await once(socket, 'open')
  const has = async (count: number) => {
    while (messages.length < count) await once(socket, 'message')
  }
  return { socket, messages, has }
}

/** The status with which an upgrade is refused. */
async function refused(query: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port()}${query}`, { headers })
  const [request, response] = await once(socket, 'unexpected-response')
  request.destroy()
  return response.statusCode
}

describe('events over WebSocket', () => {
  it('come one by one, numbered', async () => {
    const one = await listen()
    newest('a')
    newest('b')
    await one.has(2)
    expect(one.messages).toMatchObject([
      { type: 'service.health', service: 'a', at: expect.any(String) },
      { type: 'service.health', service: 'b' },
    ])
    expect(one.messages[1]?.id).toBe((one.messages[0]?.id ?? 0) + 1)
    one.socket.close()
  })

  it('are replayed from a number on', async () => {
    newest('a')
    const since = await bus.lastId()
    newest('b')
    newest('c')
    const one = await listen(`?since=${since}`)
    await one.has(2)
    expect(one.messages.map((message) => message.service)).toEqual(['b', 'c'])
    one.socket.close()
  })

  it('begin with a gap when what is asked for is no longer kept', async () => {
    newest('first')
    const since = await bus.lastId()
    for (let n = 0; n < 300; n++) newest(`${n}`)
    const one = await listen(`?since=${since}`)
    await one.has(2)
    expect(one.messages[0]).toEqual({ type: 'stream.gap' })
    expect(one.messages[1]?.service).not.toBe('0')
    one.socket.close()
  })

  it('are for those who are signed in, and for pages of our own', async () => {
    const events = '/api/v1/events'
    expect(await refused(events, {})).toBe(401)
    expect(await refused(events, { authorization: 'Bearer wrong' })).toBe(401)
    expect(await refused(`${events}?since=x`, bearer())).toBe(422)
    expect(await refused('/api/v1/other', bearer())).toBe(404)
    const signIn = await fetch(url('/api/v1/session'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })
    const cookie = signIn.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect(await refused(events, { cookie, origin: 'http://evil' })).toBe(403)
    const own = await listen('', { cookie, origin: `http://127.0.0.1:${port()}` })
    own.socket.close()
    await once(own.socket, 'close')
  })

  it('are refused to more listeners than there may be', async () => {
    const some = [await listen(), await listen()]
    const third = await listen()
    const [code, reason] = await once(third.socket, 'close')
    expect([code, String(reason)]).toEqual([1013, '2 listen already'])
    for (const one of some) one.socket.close()
  })

  it('end with "going away" when the service stops', async () => {
    const one = await listen()
    const closed = once(one.socket, 'close')
    await service.stop()
    expect((await closed)[0]).toBe(1001)
  })
})

describe('a listener', () => {
  async function withSocket(
    options: Parameters<typeof createEventsSocket>[1],
    use: (port: number) => Promise<void>,
  ) {
    const { createServer } = await import('node:http')
    const deps = {
      adminToken: token,
      db: database.db,
      events: createEventSource(bus, 10),
      log: silentLog,
      now: Date.now,
      sessions: { create: async () => '', find: async () => undefined, end: async () => {} },
      signInLimit: { waitSeconds: () => 0, failed: () => {}, succeeded: () => {} },
    }
    const sockets = createEventsSocket(deps, options)
    const server = createServer().on('upgrade', sockets.upgrade)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    await use((server.address() as { port: number }).port)
    await sockets.close()
    expect(deps.events.clients()).toBe(0)
    server.close()
    await once(server, 'close')
  }
  const open = async (at: number) => {
    const socket = new WebSocket(`ws://127.0.0.1:${at}/api/v1/events`, { headers: bearer() })
    await once(socket, 'open')
    return socket
  }

  it('that does not answer pings is dropped', async () => {
    await withSocket({ pingMs: 20 }, async (at) => {
      const raw = connect(at, '127.0.0.1')
      const key = Buffer.from('0123456789abcdef').toString('base64')
      raw.write(
        `GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nUpgrade: websocket\r\n` +
          `Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
      )
      raw.resume()
      await once(raw, 'close')
    })
  })

  it('that answers pings stays', async () => {
    await withSocket({ pingMs: 20 }, async (at) => {
      const socket = await open(at)
      for (let n = 0; n < 4; n++) await once(socket, 'ping')
      expect(socket.readyState).toBe(WebSocket.OPEN)
    })
  })

  it('that is too slow is dropped, so that it can resume', async () => {
    await withSocket({ maxBufferedBytes: 100_000 }, async (at) => {
      const socket = await open(at)
      socket.pause()
      const closed = once(socket, 'close')
      const text = 'x'.repeat(100_000)
      for (let n = 0; n < 200; n++) newest(text)
      socket.resume()
      expect((await closed)[0]).toBe(1006)
    })
  })
})

describe('events as text/event-stream', () => {
  async function read(headers: Record<string, string>, query = '') {
    const abort = new AbortController()
    const answer = await fetch(url(`/api/v1/events${query}`), {
      headers: { ...bearer(), accept: 'text/event-stream', ...headers },
      signal: abort.signal,
    })
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    return {
      async until(part: string) {
        while (!text.includes(part)) text += (await reader?.read())?.value ?? ''
        return text
      },
      end: () => abort.abort(),
      rest: async () => {
        while (!(await reader?.read())?.done);
      },
    }
  }

  it('come with their number, and go on after Last-Event-ID', async () => {
    newest('a')
    const since = await bus.lastId()
    newest('b')
    const stream = await read({ 'last-event-id': String(since) })
    const text = await stream.until('"b"')
    expect(text).toMatch(new RegExp(`id: ${since + 1}\ndata: \\{"id":${since + 1},.*"service":"b"`))
    expect(text).not.toContain('"a"')
    newest('c')
    await stream.until('"c"')
    stream.end()
  })

  it('begin with a gap too, and end when the service stops', async () => {
    newest('first')
    const since = await bus.lastId()
    for (let n = 0; n < 300; n++) newest(`${n}`)
    const stream = await read({}, `?since=${since}`)
    expect(await stream.until('"299"')).toContain('data: {"type":"stream.gap"}')
    await service.stop()
    await stream.rest()
  })

  it('are not sent to who asks for something else', async () => {
    const answer = await fetch(url('/api/v1/events'), { headers: bearer() })
    expect(answer.status).toBe(426)
    expect(await answer.json()).toMatchObject({ code: 'EVENTS_UPGRADE' })
  })
})

describe('the service', () => {
  it.each(['/boot/../x', '/boot/%2e%2e/x', '/%2E./x', '/a/..%2fx', '/..'])(
    'answers 404 to a path that climbs: %s',
    async (path) => {
      const socket = connect(Number(service.health().facts?.port), '127.0.0.1')
      socket.write(`GET ${path} HTTP/1.1\r\nHost: linbo\r\nConnection: close\r\n\r\n`)
      const [answer] = await once(socket, 'data')
      socket.destroy()
      expect(String(answer)).toMatch(/^HTTP\/1\.1 404 /)
    },
  )

  it('makes the tree, records boots, and leaves nothing open', async () => {
    await access(join(folder, 'srv/linbo/boot/grub/grub.cfg'))
    bus.publish('boot.step', {
      host: 'pc1',
      mac: null,
      ip: null,
      step: 'start-conf',
      ok: true,
      detail: '',
    })
    await expect.poll(() => listBoots(database.db, { host: 'pc1' })).toHaveLength(1)
    const host = await fetch(url('/api/v1/hosts/pc1'), { headers: bearer() })
    expect(await host.json()).toMatchObject({ status: 'linbo', boot: { state: 'linbo' } })
    const [boot] = await listBoots(database.db, { host: 'pc1' })
    expect(await findBoot(database.db, boot?.id ?? '')).toBeDefined()
    const last = url('/health')
    await service.stop()
    expect(service.health().state).toBe('stopped')
    await expect(fetch(last)).rejects.toThrow()
  })

  it('aborts at its start the transfers that a killed server left running', async () => {
    await service.stop()
    const row = {
      via: 'rsync',
      direction: 'down',
      hostname: null,
      ip: null,
      file: 'x',
      size_bytes: null,
    }
    const times = { started_at: new Date(), finished_at: null }
    await saveTransfers(database.db, [
      { id: 'cut', ...row, ...times, bytes: 1, result: null, reason: null, retries: null },
    ])
    service = create()
    await service.start()
    expect(await findTransfer(database.db, 'cut')).toMatchObject({ result: 'aborted' })
  })

  it('names the setting when its port is taken', async () => {
    const second = create({ LINBO_HTTP_PORT: String(port()) })
    await expect(second.start()).rejects.toMatchObject({
      code: 'TCP_PORT',
      fix: expect.stringContaining('LINBO_HTTP_PORT'),
    })
    await second.stop()
  })

  it('survives what is no HTTP', async () => {
    for (const bytes of [
      '\0\xff\x01',
      'GET\r\n\r\n',
      `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`,
    ]) {
      const raw = connect(port(), '127.0.0.1')
      raw.on('error', () => {})
      raw.end(bytes)
      raw.resume()
      await once(raw, 'close')
    }
    expect((await fetch(url('/health'))).status).toBe(200)
  })

  it('refuses a body that does not end', async () => {
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1_000_000)),
    })
    const headers = { ...bearer(), 'content-type': 'text/csv' }
    const answer = await fetch(url('/api/v1/hosts/import'), {
      method: 'POST',
      headers,
      body,
      duplex: 'half',
    } as RequestInit).catch(() => undefined)
    expect([413, undefined]).toContain(answer?.status)
    expect((await fetch(url('/health'))).status).toBe(200)
  })
})
