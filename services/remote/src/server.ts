import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { BusEvent, Subscription } from '@linbo/bus'
import {
  cancelQueued,
  claimOperation,
  heartbeat,
  interruptAbandoned,
  listCancelRequests,
  listOperationHosts,
  type OperationRow,
} from '@linbo/db'
import type { Parts } from '@linbo/launch'
import type { Health, Service } from '@linbo/runtime'
import { loadClientKey, readUploadPassword, type SshConnection } from '@linbo/ssh'
import { type RunningOperation, runOperation } from './operation.ts'
import type { RemoteConfig, Shared } from './shared.ts'
import { createSlots } from './slots.ts'
import { createWaker, type Waker } from './wol.ts'

export interface RemoteParts extends Parts<RemoteConfig> {
  /** Sends magic packets; tests hand in one that stays on this machine. */
  waker?: Waker
}

const pollMs = 2000
const heartbeatMs = 4000
/** A worker that has been silent for this long is gone. */
const abandonedMs = 15_000
/** A connection to a client that left LINBO is closed after this; keep-alive mostly finds out before. */
const lingerMs = 60_000
/** What stopping may take, so that clients get their GUI back and lose the upload password. */
const stopMs = 5000

/** Runs operations on LINBO clients: wakes them, logs in by SSH, runs commands, reports. */
export function createRemoteService(parts: RemoteParts): Service {
  const { config, db, bus, log } = parts
  const worker = `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`
  const running = new Map<string, RunningOperation>()
  const lingering = new Map<SshConnection, NodeJS.Timeout>()
  const listeners = new Set<(event: BusEvent) => void>()
  const timers: NodeJS.Timeout[] = []
  const waker = parts.waker ?? createWaker(config.LINBO_REMOTE_WAKE_PORT)
  let subscription: Subscription | undefined
  let shared: Shared | undefined
  let state: 'stopped' | 'running' | 'stopping' = 'stopped'
  let trouble: string | undefined
  let claiming: Promise<void> | undefined
  let claimAgain = false

  /** Takes operations until there are none left or there is no room. One at a time: calls while it runs repeat it. */
  function claim(): void {
    if (claiming) claimAgain = true
    else {
      claiming = attempt('taking operations', takeOperations).then(() => {
        claiming = undefined
        if (claimAgain && state === 'running') claim()
      })
    }
  }

  async function takeOperations(): Promise<void> {
    claimAgain = false
    for (const row of await cancelQueued(db)) await announceEnd(row)
    while (state === 'running' && shared && running.size < config.LINBO_REMOTE_OPERATIONS) {
      const row = await claimOperation(db, worker)
      if (!row) return
      const operation = runOperation(row, shared)
      running.set(row.id, operation)
      if (row.cancel_requested) operation.stop('cancelled')
      void operation.done.then(() => {
        running.delete(row.id)
        if (state === 'running') claim()
      })
    }
  }

  async function lookForCancels(): Promise<void> {
    if (running.size === 0) return
    for (const id of await listCancelRequests(db, worker)) running.get(id)?.stop('cancelled')
  }

  async function beat(): Promise<void> {
    await heartbeat(db, worker)
    // Nobody else can work on an embedded database.
    if (!parts.embedded) await interrupt(new Date(Date.now() - abandonedMs))
  }

  async function interrupt(silentSince: Date): Promise<void> {
    for (const row of await interruptAbandoned(db, silentSince)) {
      log.warn({ operation: row.id, worker: row.worker }, 'operation interrupted')
      await announceEnd(row)
    }
  }

  async function announceEnd(row: OperationRow): Promise<void> {
    const hosts = await listOperationHosts(db, [row.id])
    const failed = hosts.filter((one) => one.phase !== 'done').map((one) => one.hostname)
    const ended = row.state === 'interrupted' ? 'interrupted' : 'cancelled'
    bus.publish('operation.finished', { operation: row.id, state: ended, failed })
  }

  /** A database that is away is retried at the next poll; it must not end the process. */
  async function attempt(what: string, action: () => Promise<void>): Promise<void> {
    try {
      await action()
      trouble = undefined
    } catch (err) {
      if (state !== 'running') return
      if (trouble === undefined) log.warn({ err }, `${what} failed; trying again`)
      trouble = `${what}: ${err instanceof Error ? err.message : String(err)}`
    }
  }

  function every(ms: number, what: string, action: () => Promise<void>): void {
    let busy = false
    const tick = async () => {
      if (busy) return
      busy = true
      await attempt(what, action)
      busy = false
    }
    timers.push(setInterval(() => void tick(), ms))
  }

  function hear(event: BusEvent): void {
    if (event.type === 'operation.queued') claim()
    else if (event.type === 'operation.cancel') {
      const ours = running.get(event.operation)
      if (ours) ours.stop('cancelled')
      else claim()
    }
    for (const listener of listeners) listener(event)
  }

  function linger(connection: SshConnection): void {
    const end = () => {
      lingering.delete(connection)
      connection.close()
    }
    lingering.set(connection, setTimeout(end, lingerMs))
  }

  return {
    name: 'remote',
    async start() {
      const { privateKey } = await loadClientKey(config.LINBO_DATA_DIR)
      shared = {
        config,
        db,
        bus,
        log,
        privateKey,
        slots: createSlots(config.LINBO_REMOTE_PARALLEL),
        waker,
        uploadPassword: async () => (await readUploadPassword(config.LINBO_DATA_DIR)).password,
        onEvent(handler) {
          listeners.add(handler)
          return () => listeners.delete(handler)
        },
        linger,
      }
      await interrupt(new Date(Date.now() - (parts.embedded ? 0 : abandonedMs)))
      subscription = await bus.subscribe(hear)
      state = 'running'
      every(pollMs, 'looking for operations', async () => claim())
      every(pollMs, 'looking for cancelled operations', lookForCancels)
      every(heartbeatMs, 'the heartbeat', beat)
      claim()
    },
    async stop() {
      state = 'stopping'
      for (const timer of timers.splice(0)) clearInterval(timer)
      await subscription?.close()
      await claiming
      const ends = [...running.values()].map((operation) => operation.done)
      for (const operation of running.values()) operation.stop('interrupted')
      const force = setTimeout(() => {
        for (const operation of running.values()) operation.force()
      }, stopMs)
      await Promise.all(ends)
      clearTimeout(force)
      for (const [connection, timer] of lingering) {
        clearTimeout(timer)
        connection.close()
      }
      lingering.clear()
      await waker.close()
      state = 'stopped'
    },
    health(): Health {
      const facts = { operations: running.size, clientPort: config.LINBO_CLIENT_SSH_PORT }
      if (state !== 'running') return { state: 'stopped', facts }
      if (trouble !== undefined) return { state: 'degraded', detail: trouble, facts }
      return { state: 'ok', facts }
    },
  }
}
