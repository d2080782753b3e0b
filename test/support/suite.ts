import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { BusEvent } from '@linbo/bus'
import { WebSocket } from 'ws'
import { freePort, startPostgres, type TestPostgres } from './postgres.ts'
import { startRedis, type TestRedis } from './redis.ts'

export type Mode = 'one process' | 'separate processes'
export const modes: Mode[] = ['one process', 'separate processes']

const root = resolve(import.meta.dirname, '../..')
const services = ['api', 'tftp', 'dhcp', 'sync', 'remote']

export interface Suite {
  mode: Mode
  url: string
  token: string
  dataDir: string
  linboDir: string
  env: Record<string, string>
  ports: { tftp: number; rsync: number; dhcp: number; ssh: number; http: number }
  /** Everything the processes printed. */
  output(): string
  api<T>(method: string, path: string, body?: unknown): Promise<T>
  /** Every event since the suite is up, as it comes over the WebSocket. */
  events: BusEvent[]
  /** Resolves with the first event, old or new, that fits. */
  event(fits: (event: BusEvent) => boolean, timeoutMs?: number): Promise<BusEvent>
  /** Runs `linbo …` or `linbo-remote …` as a process of its own. */
  cli(
    program: 'linbo' | 'linbo-remote',
    ...words: string[]
  ): Promise<{ code: number; out: string; err: string }>
  /** SIGKILL to every process of the suite. */
  kill(): Promise<void>
  /** Starts the processes again on the same data. */
  restart(): Promise<void>
  stop(): Promise<void>
}

interface Running {
  done: Promise<number>
  kill(signal: NodeJS.Signals): void
}

/** Starts the real suite on loopback with free ports and data of its own, as one process or as five. */
export async function startSuite(mode: Mode, extra: Record<string, string> = {}): Promise<Suite> {
  const directory = await mkdtemp(join(tmpdir(), 'linbo-system-'))
  const ports = {
    tftp: await freePort(),
    rsync: await freePort(),
    dhcp: await freePort(),
    ssh: await freePort(),
    http: await freePort(),
  }
  let postgres: TestPostgres | undefined
  let redis: TestRedis | undefined
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: directory,
    LINBO_DATA_DIR: join(directory, 'data'),
    LINBO_DIR: join(directory, 'data', 'srv', 'linbo'),
    LINBO_LISTEN: '127.0.0.1',
    LINBO_SERVER_IP: '127.0.0.1',
    LINBO_TFTP_PORT: String(ports.tftp),
    LINBO_RSYNC_PORT: String(ports.rsync),
    LINBO_HTTP_PORT: String(ports.http),
    LINBO_DHCP_PORT: String(ports.dhcp),
    LINBO_CLIENT_SSH_PORT: String(ports.ssh),
    LINBO_LOG_LEVEL: 'debug',
    LINBO_REMOTE_PAUSE_SECONDS: '0',
    LINBO_REMOTE_ENDING_SECONDS: '2',
    ...extra,
  }
  if (mode === 'separate processes') {
    postgres = await startPostgres()
    redis = await startRedis()
    Object.assign(env, { DATABASE_URL: postgres.url, REDIS_URL: redis.url })
  }
  let printed = ''
  let running: Running[] = []
  const start = (file: string, ...words: string[]): Running => {
    const child = spawn(process.execPath, [join(root, file), ...words], { env, cwd: root })
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes) => {
        printed += bytes
      })
    }
    const done = new Promise<number>((ended) => child.once('close', (code) => ended(code ?? -1)))
    return { done, kill: (signal) => child.kill(signal) }
  }
  const startAll = async () => {
    running =
      mode === 'one process'
        ? [start('services/cli/src/main.ts', 'serve')]
        : services.map((name) => start(`services/${name}/src/main.ts`))
    await untilReady(suite.url, running, () => printed)
  }
  let ended: Promise<unknown> = Promise.resolve()
  const endAll = async (signal: NodeJS.Signals) => {
    const ending = running
    running = []
    for (const one of ending) one.kill(signal)
    ended = Promise.all([ended, ...ending.map((one) => one.done)])
    await ended
  }
  let socket: WebSocket | undefined
  const waiting = new Set<(event: BusEvent) => void>()
  const listen = async () => {
    const headers = { authorization: `Bearer ${suite.token}` }
    socket = new WebSocket(`${suite.url.replace('http', 'ws')}/api/v1/events?since=0`, { headers })
    socket.on('error', () => {})
    socket.on('message', (bytes) => {
      const event = JSON.parse(String(bytes)) as BusEvent
      suite.events.push(event)
      for (const look of waiting) look(event)
    })
    await new Promise((open) => socket?.once('open', open))
  }

  const suite: Suite = {
    mode,
    url: `http://127.0.0.1:${ports.http}`,
    token: '',
    dataDir: env.LINBO_DATA_DIR!,
    linboDir: env.LINBO_DIR!,
    env,
    ports,
    events: [],
    output: () => printed,
    async api<T>(method: string, path: string, body?: unknown) {
      const isText = typeof body === 'string'
      const type = isText
        ? path.endsWith('import')
          ? 'text/csv'
          : 'text/plain'
        : 'application/json'
      const response = await fetch(`${suite.url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${suite.token}`, 'content-type': type },
        ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
      return (response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text) as T
    },
    event(fits, timeoutMs = 20_000) {
      const past = suite.events.find(fits)
      if (past) return Promise.resolve(past)
      return new Promise((found, reject) => {
        const look = (event: BusEvent) => {
          if (!fits(event)) return
          clearTimeout(timer)
          waiting.delete(look)
          found(event)
        }
        const timer = setTimeout(() => {
          waiting.delete(look)
          const types = suite.events.slice(-20).map((event) => JSON.stringify(event))
          reject(new Error(`no such event within ${timeoutMs} ms: ${fits}\n${types.join('\n')}`))
        }, timeoutMs)
        waiting.add(look)
      })
    },
    cli: (program, ...words) => runCli(program, words, { ...env, LINBO_URL: suite.url }),
    async kill() {
      socket?.terminate()
      await endAll('SIGKILL')
    },
    async restart() {
      await ended
      await startAll()
      await listen()
    },
    async stop() {
      socket?.terminate()
      await endAll('SIGTERM')
      await postgres?.stop()
      await redis?.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
  try {
    await startAll()
    suite.token = (await readFile(join(suite.dataDir, 'admin-token'), 'utf8')).trim()
    await listen()
    return suite
  } catch (error) {
    await suite.stop()
    throw error
  }
}

/** Runs one of our programs with these settings, whatever its exit code. */
export function runCli(
  program: 'linbo' | 'linbo-remote',
  words: string[],
  env: Record<string, string>,
): Promise<{ code: number; out: string; err: string }> {
  const file = join(root, 'services/cli/bin', `${program}.mjs`)
  const child = spawn(process.execPath, [file, ...words], { env, cwd: root })
  let [out, err] = ['', '']
  child.stdout.on('data', (bytes) => {
    out += bytes
  })
  child.stderr.on('data', (bytes) => {
    err += bytes
  })
  return new Promise((ended) =>
    child.once('close', (code) => ended({ code: code ?? -1, out, err })),
  )
}

async function untilReady(url: string, running: Running[], printed: () => string): Promise<void> {
  let ended: number | undefined
  for (const one of running) one.done.then((code) => (ended = code))
  const deadline = Date.now() + 40_000
  while (Date.now() < deadline) {
    if (ended !== undefined)
      throw new Error(`a process ended with ${ended}:\n${printed().slice(-3000)}`)
    const response = await fetch(`${url}/ready`).catch(() => undefined)
    const parts = response?.ok ? JSON.stringify(await response.json()) : ''
    if (services.every((name) => parts.includes(name))) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`not ready within 40 s:\n${printed().slice(-3000)}`)
}
