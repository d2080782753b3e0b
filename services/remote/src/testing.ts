import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bus, type BusEvent, createMemoryBus, type Events, type EventType } from '@linbo/bus'
import { load, suite } from '@linbo/config'
import {
  createOperation,
  type Database,
  listOperationHosts,
  openDatabase,
  saveHost,
} from '@linbo/db'
import { silentLog } from '@linbo/log'
import type { Service } from '@linbo/runtime'
import { type FakeClient, type FakeCommand, startFakeClient } from '@linbo/ssh/fake-client'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { schema } from './config.ts'
import { createRemoteService, type RemoteParts } from './server.ts'

export let database: Database
export let dir = ''
export let bus: Bus
export let events: BusEvent[] = []
export let woken: { mac: string; ip: string | null; broadcast: boolean }[] = []
export const services: Service[] = []
export const machines: FakeClient[] = []
let counter = 0

/** A number nobody had before. */
export function unique(): number {
  counter += 1
  return counter
}

beforeAll(async () => {
  database = await openDatabase({ url: undefined, dataDir: 'memory' })
})
afterAll(() => database.close())
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'linbo-remote-'))
  bus = createMemoryBus()
  events = []
  woken = []
  await bus.subscribe((event) => events.push(event))
  await database.db.deleteFrom('operations').execute()
})
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()))
  await Promise.all(machines.splice(0).map((machine) => machine.close()))
  await bus.close()
  await rm(dir, { recursive: true })
})

/** Shortened times; every machine of a test listens on the same port of its own loopback address. */
export function remote(changes: Partial<RemoteParts['config']> = {}, embedded = true): Service {
  const values = load({ ...suite(dir), ...schema }, { LINBO_DATA_DIR: dir }).values
  const service = createRemoteService({
    config: {
      ...values,
      LINBO_CLIENT_SSH_PORT: machines[0]?.port ?? 1,
      LINBO_REMOTE_PAUSE_SECONDS: 0.01,
      LINBO_REMOTE_RETRY_SECONDS: 0.05,
      LINBO_REMOTE_ENDING_SECONDS: 0.2,
      LINBO_REMOTE_CONNECT_SECONDS: 3,
      ...changes,
    },
    db: database.db,
    embedded,
    bus,
    log: silentLog,
    waker: {
      wake: async (host, broadcast) => void woken.push({ ...host, broadcast }),
      close: async () => {},
    },
  })
  services.push(service)
  return service
}

/** A machine in LINBO: answers what every operation asks, and leaves the commands to the test. */
export async function machine(
  onCommand: (command: FakeCommand) => void = (command) => command.exit(0),
): Promise<{ hostname: string; lines: string[]; fake: FakeClient }> {
  counter += 1
  const hostname = `pc${counter}`
  const ip = `127.78.1.${counter}`
  const fake = await startFakeClient({
    address: ip,
    ...(machines[0] ? { port: machines[0].port } : {}),
    onCommand: (command) => {
      const small = /^(\/bin\/ls \/start\.conf|gui_ctl |rm -f |sh -c )/.test(command.line)
      if (small) command.exit(0)
      else onCommand(command)
    },
  })
  machines.push(fake)
  await addHost(hostname, ip)
  return { hostname, lines: fake.lines, fake }
}

export async function addHost(hostname: string, ip: string | null): Promise<string> {
  counter += 1
  const mac = `02:00:00:00:00:${counter.toString(16).padStart(2, '0')}`
  await saveHost(database.db, { hostname, mac, ip, group: 'lab', room: 'r1' })
  return mac
}

export async function submit(
  hosts: string[],
  commands: string,
  options: Record<string, unknown> = { when: 'now' },
): Promise<string> {
  const id = `op${++counter}`
  await createOperation(database.db, { id, commands, options, createdBy: 'test', hosts })
  bus.publish('operation.queued', { operation: id })
  return id
}

export function seen<T extends EventType>(
  type: T,
): ({ id: number; at: string; type: T } & Events[T])[] {
  return events.filter((event) => event.type === type) as never
}

/** Resolves when an event comes that fits, or came already. */
export async function until<T extends EventType>(
  type: T,
  fits: (event: Events[T]) => boolean,
): Promise<Events[T]> {
  return new Promise((resolve) => {
    const past = seen(type).find(fits)
    if (past) return resolve(past)
    void bus.subscribe((event) => {
      if (event.type === type && fits(event as never)) resolve(event as never)
    })
  })
}

export const finished = (id: string) =>
  until('operation.finished', (event) => event.operation === id)

export async function hostRow(id: string) {
  const [row] = await listOperationHosts(database.db, [id])
  if (!row) throw new Error(`operation ${id} has no host`)
  return row
}
