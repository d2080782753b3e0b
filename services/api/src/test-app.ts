import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bus, type BusEvent, createMemoryBus } from '@linbo/bus'
import { type BootRow, openDatabase, saveHost } from '@linbo/db'
import { createBootIsoMaker } from '@linbo/linbofs'
import { silentLog } from '@linbo/log'
import { createSessions } from './access/sessions.ts'
import { createSignInLimit } from './access/sign-in-limit.ts'
import { createApp } from './app.ts'
import { createBootBuilder } from './boot-files/boot-build.ts'
import { createBootConfigPublisher } from './boot-files/boot-configs.ts'
import { createBootFileServer } from './boot-files/boot-files.ts'
import { createBootPackages } from './boot-files/boot-packages.ts'
import { createLogFiles } from './client-files/log-files.ts'
import type { AppDeps } from './deps.ts'
import { createGroupRenames } from './groups/group-rename.ts'
import { createStartConfFiles } from './groups/start-conf-files.ts'
import { createStartConfHistory } from './groups/start-conf-history.ts'
import { createDashboard } from './http/dashboard.ts'
import { createEventSource } from './live/event-source.ts'
import { createEventsSocket } from './live/events-socket.ts'
import { createLiveTransfers } from './live/live-transfers.ts'
import { createMetrics } from './live/metrics.ts'
import { createRegistrationKeeper } from './registrations/registration-keeper.ts'
import { type HttpServer, openHttpServer } from './server.ts'
import { createTestClock, type TestClock } from './test-clock.ts'

export const testToken = 'a-token-for-tests-only'

export interface TestApp {
  deps: AppDeps
  bus: Bus
  clock: TestClock
  /** LINBO_DIR, and the folder of the dashboard's build. */
  root: string
  web: string
  /** Every event since the application was opened. */
  events: BusEvent[]
  app: ReturnType<typeof createApp>
  /** A request with the admin token; an object as body is sent as JSON. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Response>
  /** A request as it is, from this address. */
  askBare(path: string, init?: RequestInit, address?: string): Promise<Response>
  /** Listens on loopback until the application is closed; resolves with the port. */
  listen(): Promise<number>
  close(): Promise<void>
}

/**
 * The application on an embedded database in memory and temporary folders.
 * @param options.databaseUrl a Postgres instead.
 * @param options.folder of another application, to be a second one beside it.
 */
export async function openTestApp(
  options: { bodyBytes?: number; stallMs?: number; databaseUrl?: string; folder?: string } = {},
): Promise<TestApp> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'linbo-api-')))
  const root = join(folder, 'srv')
  const web = join(folder, 'web')
  await mkdir(web, { recursive: true })
  const { db, close } = await openDatabase({ url: options.databaseUrl, dataDir: 'memory' })
  const clock = createTestClock()
  const bus = createMemoryBus({ now: clock.now })
  const events: BusEvent[] = []
  await bus.subscribe((event) => void events.push(event))
  const log = silentLog
  const metrics = createMetrics({ withProcess: false, version: '0.0.0' })
  const startConfs = createStartConfFiles(root)
  const history = createStartConfHistory({ db, files: startConfs, now: clock.now, log })
  const bootConfigs = createBootConfigPublisher({
    root,
    server: { address: '10.0.0.1', httpPort: 8080 },
    listsHosts: false,
    db,
    bus,
    log,
    history,
  })
  const groupRenames = createGroupRenames({
    ...{ root, db, files: startConfs, history, publish: bootConfigs.publish, now: clock.now, log },
  })
  const registrations = createRegistrationKeeper({
    ...{ db, bus, clock, log, bootConfigs },
    hasStartConf: async (group) => (await startConfs.list()).includes(group),
  })
  const live = createLiveTransfers({ bus, now: clock.now, onFinished: metrics.transfer })
  await bootConfigs.start()
  await live.start()
  await registrations.start()
  const bootBuilder = createBootBuilder({
    config: {
      LINBO_DIR: root,
      LINBO_DATA_DIR: join(folder, 'data'),
      LINBO_CONFIG_DIR: join(folder, 'config'),
      LINBO_SERVER_IP: '10.0.0.1',
      LINBO_HTTP_PORT: 8080,
      LINBO_DHCP: 'off',
      LINBO_SERVER_OVERLAY: 'auto',
      ...{ LINBO_CLIENT_LOCALE: 'C', LINBO_CLIENT_KEYMAP: '', LINBO_CLIENT_TIMEZONE: 'UTC' },
    },
    ...{ bus, log, now: clock.now },
  })
  const deps: AppDeps = {
    db,
    bus,
    log,
    now: clock.now,
    adminToken: testToken,
    serverIp: '10.0.0.254',
    httpPort: 8080,
    linboDir: root,
    dataDir: join(folder, 'data'),
    configDir: join(folder, 'config'),
    bootBuilder,
    bootPackages: createBootPackages({
      ...{ dataDir: join(folder, 'data'), root, configDir: join(folder, 'config') },
      ...{ bus, bootBuilder, now: clock.now, maxBytes: 5_000_000 },
    }),
    version: '0.0.0',
    bodyBytes: options.bodyBytes ?? 100_000,
    sessions: createSessions(db, clock.now),
    signInLimit: createSignInLimit(),
    startConfs,
    history,
    groupRenames,
    bootConfigs,
    devicesWatch: undefined,
    registrations,
    logFiles: createLogFiles(join(folder, 'data')),
    bootIso: createBootIsoMaker(root, join(folder, 'boot-iso')),
    bootFiles: createBootFileServer({
      ...{ root, db, bus, log, clock },
      cacheBytes: 8_000_000,
      stallMs: options.stallMs ?? 60_000,
    }),
    events: createEventSource(bus, 3),
    live,
    metrics,
    dashboard: createDashboard(web),
  }
  const app = createApp(deps)
  let server: HttpServer | undefined
  const askBare: TestApp['askBare'] = async (path, init = {}, address = '10.0.0.9') =>
    app.request(path, init, { incoming: { socket: { remoteAddress: address } } })
  return {
    deps,
    bus,
    clock,
    root,
    web,
    events,
    app,
    askBare,
    ask(method, path, body, headers = {}) {
      const isText = typeof body === 'string'
      const type = isText ? 'text/plain' : 'application/json'
      return askBare(path, {
        method,
        headers: {
          authorization: `Bearer ${testToken}`,
          ...(body === undefined ? {} : { 'content-type': type }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      })
    },
    async listen() {
      server ??= await openHttpServer({
        port: 0,
        address: '127.0.0.1',
        fetch: app.fetch,
        socket: createEventsSocket(deps),
        onError: () => {},
      })
      return server.port
    },
    async close() {
      deps.events.close()
      await server?.close()
      deps.bootFiles.close()
      await deps.bootPackages.stop()
      await bootBuilder.stop()
      await registrations.stop()
      await bootConfigs.stop()
      await live.stop()
      await bus.close()
      await close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Adds a host with this number to the database. */
export function addTestHost(
  { deps }: TestApp,
  number: number,
  more: Partial<Parameters<typeof saveHost>[1]> = {},
) {
  return saveHost(deps.db, {
    hostname: `pc${number}`,
    mac: `52:54:00:00:00:${number.toString(16).padStart(2, '0')}`,
    ip: `10.0.0.${number}`,
    group: 'lab',
    room: 'r1',
    ...more,
  })
}

/** A boot as it is stored, with nothing in it but what is given. */
export function testBoot(more: Partial<BootRow>): BootRow {
  const at = new Date('2026-01-05T08:00:00Z')
  return {
    ...{ id: 'boot-1', hostname: null, mac: null, ip: null, firmware: null, state: 'booting' },
    ...{ started_at: at, last_at: at, steps: [], room: null, group: null },
    ...{ files: [], verdict: null, phases: {} },
    ...more,
  }
}
