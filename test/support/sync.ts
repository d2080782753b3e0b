import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Bus, type BusEvent, createMemoryBus, type EventType } from '@linbo/bus'
import { load, suite } from '@linbo/config'
import { type Database, openDatabase, saveHost } from '@linbo/db'
import { silentLog } from '@linbo/log'
import type { Service } from '@linbo/runtime'
import { createSyncService, schema } from '@linbo/sync'
import { afterAll, beforeAll } from 'vitest'

/** The address of `pc01`, the registered machine of these tests; any 127/8 address can be a client's. */
export const pc01 = '127.77.0.1'
export const pc02 = '127.77.0.2'

export interface Ran {
  code: number
  output: string
}

export interface RsyncOptions {
  password?: string
  timeoutMs?: number
  /** Switches the machine off in the middle. */
  killed?: Promise<unknown>
}

export interface SyncServer {
  root: string
  dataDir: string
  port: number
  bus: Bus
  database: Database
  service: Service
  events: BusEvent[]
  /** Writes a file below LINBO_DIR, readable by everybody. */
  put(path: string, content: string | Uint8Array): string
  /** Runs rsync as a client with this address. `::` in an argument becomes this server. */
  rsync(from: string, args: string[], options?: RsyncOptions): Promise<Ran>
  /** The first event of a type that fits, waiting for it. */
  event<T extends EventType>(type: T, fits?: (event: BusEvent<T>) => boolean): Promise<BusEvent<T>>
  stop(): Promise<void>
}

let database: Database
beforeAll(async () => {
  database = await openDatabase({ url: undefined, dataDir: 'memory' })
}, 120_000)
afterAll(() => database?.close())

/** A gateway with its daemon on free ports, over a temporary LINBO_DIR and a database in memory, one per test file. */
export async function startSync(settings: Record<string, string> = {}): Promise<SyncServer> {
  const folder = mkdtempSync(join(tmpdir(), 'linbo-sync-'))
  chmodSync(folder, 0o755)
  const dataDir = join(folder, 'data')
  const root = join(folder, 'linbo')
  for (const path of ['linbocmd', 'tmp', 'images', 'boot/grub/spool'])
    mkdirSync(join(root, path), { recursive: true })
  for (const [hostname, ip, mac] of [
    ['pc01', pc01, '02:00:00:00:00:01'],
    ['pc02', pc02, '02:00:00:00:00:02'],
  ] as const)
    await saveHost(database.db, { hostname, ip, mac, group: 'win', room: 'r1' })
  const bus = createMemoryBus()
  const events: BusEvent[] = []
  const listeners = new Set<() => void>()
  await bus.subscribe((event) => {
    events.push(event)
    for (const listener of listeners) listener()
  })
  const environment = {
    LINBO_DIR: root,
    LINBO_LISTEN: '0.0.0.0',
    LINBO_RSYNC_PORT: '0',
    ...settings,
  }
  const config = load({ ...suite(dataDir), ...schema }, environment).values
  const service = createSyncService({
    config,
    db: database.db,
    embedded: true,
    bus,
    log: silentLog,
  })
  await service.start()
  const port = Number(service.health().facts?.port)

  return {
    root,
    dataDir,
    port,
    bus,
    database,
    service,
    events,
    put(path, content) {
      const whole = join(root, path)
      mkdirSync(dirname(whole), { recursive: true })
      writeFileSync(whole, content)
      chmodSync(whole, 0o644)
      return whole
    },
    rsync: (from, args, options: RsyncOptions = {}) =>
      new Promise((resolve) => {
        const there = args.map((arg) => arg.replace(/^(.*@)?::/, `rsync://$1127.0.0.1:${port}/`))
        const env = { PATH: process.env.PATH, LC_ALL: 'C', RSYNC_PASSWORD: options.password }
        // A group of its own: rsync is two processes, and a machine that is switched off loses both.
        const child = spawn('rsync', [`--address=${from}`, ...there], { env, detached: true })
        let output = ''
        child.stdout.on('data', (text) => {
          output += text
        })
        child.stderr.on('data', (text) => {
          output += text
        })
        const kill = () => process.kill(-(child.pid ?? 0), 'SIGKILL')
        const timer = setTimeout(kill, options.timeoutMs ?? 30_000)
        options.killed?.then(kill)
        child.once('close', (code) => {
          clearTimeout(timer)
          resolve({ code: code ?? -1, output })
        })
      }),
    event(type, fits = () => true) {
      type Wanted = BusEvent<typeof type>
      const find = () =>
        (events as unknown as Wanted[]).find((one) => one.type === type && fits(one))
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          listeners.delete(look)
          reject(new Error(`no event ${type}: ${JSON.stringify(events.slice(-5))}`))
        }, 10_000)
        const look = () => {
          const found = find()
          if (!found) return
          clearTimeout(timer)
          listeners.delete(look)
          resolve(found)
        }
        listeners.add(look)
        look()
      })
    },
    async stop() {
      await service.stop()
      await bus.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
