import type { BusEvent } from '@linbo/bus'
import { listBoots, listTransfers, pruneBoots, pruneTransfers } from '@linbo/db'
import { createBootKeeper } from '../boots/boot-keeper.ts'
import { type Attempt, forgetMs, type Timeline } from '../boots/boot-timeline.ts'
import { statusAfterCommands, statusOfAttempt } from '../hosts/host-status.ts'
import { createMachineLookup } from '../hosts/machine-lookup.ts'
import { createStatusKeeper } from '../hosts/status-keeper.ts'
import { createOperationLookup } from '../operations/operation-lookup.ts'
import { createUnknownKeeper } from '../registrations/unknown-keeper.ts'
import { createRecordBatch, fromRow } from './record-batch.ts'
import type { RecorderDeps } from './recorder.ts'
import { endSilent, foldTransfer, type TransferLog } from './transfer-log.ts'

/** Where the recorder got to in the event stream, for the one that takes over. */
export const positionKey = 'recorder:position'
const positionTtlMs = 60 * 60_000
const tickMs = 5000
const pruneMs = 60 * 60_000
const keptMs = 30 * 24 * 60 * 60_000
const loadedRows = 2000

export interface Recording {
  /** Resolves when everything that has arrived is written. */
  settled(): Promise<void>
  stop(): Promise<void>
}

/** Turns events into boots, transfers and host statuses, going on where the last recorder stopped. */
export async function startRecording(deps: RecorderDeps): Promise<Recording> {
  const { bus, clock, db, log } = deps
  const timeline = await loadTimeline(deps)
  const transfers = await loadTransfers(deps)
  const machines = createMachineLookup(db, clock.now)
  const operations = createOperationLookup(db)
  const statuses = await createStatusKeeper(bus, clock.now)
  let position = await bus.state.get<number>(positionKey)
  const batch = createRecordBatch({
    db,
    clock,
    log,
    onWritten: async () => {
      if (position !== undefined) await bus.state.set(positionKey, position, positionTtlMs)
    },
  })
  const unknown = createUnknownKeeper({ db, now: clock.now })
  const boots = createBootKeeper({
    ...{ db, bus, now: clock.now, batch, timeline },
    patience: deps.patience,
  })

  const onStep = async (event: BusEvent<'boot.step'>) => {
    const host = await machines.find(event)
    const step = {
      ...event,
      at: Date.parse(event.at),
      host: event.host ?? host?.hostname ?? null,
      mac: event.mac ?? host?.mac ?? null,
    }
    const folded = await boots.step(step, host)
    if (!host && event.mac) await unknown.seen(event.mac, event)
    if (!host || event.step === 'os') return
    if (folded)
      await statuses.set(host, { status: statusOfAttempt(folded.attempt), ip: event.ip ?? host.ip })
    else await onSeen({ ...event, by: event.step === 'linbo-ack' ? 'dhcp' : 'rsync' })
  }
  const onSeen = async (event: Omit<BusEvent<'host.seen'>, 'type' | 'at' | 'id'>) => {
    const host = await machines.find(event)
    if (!host && event.mac) await unknown.seen(event.mac, { type: 'host.seen', ip: event.ip })
    if (!host) return
    const isLinbo = event.by === 'rsync' || event.by === 'ssh'
    if (event.by === 'ssh' && boots.isAwaited(event)) {
      const { host: name, mac, ip } = event
      const ready = { step: 'ready', ok: true, detail: 'reached over SSH' } as const
      bus.publish('boot.step', { host: name, mac, ip, ...ready })
    }
    if (isLinbo && statuses.get(host.hostname) === 'unknown') {
      await statuses.set(host, { status: 'linbo', ip: event.ip ?? host.ip })
    } else if (statuses.get(host.hostname) === 'linbo') await statuses.renew(host, event.ip)
  }
  const onTransfer = (
    event: BusEvent<'transfer.started' | 'transfer.progress' | 'transfer.finished'>,
  ) => {
    const row = foldTransfer(transfers, event)
    if (row) batch.transfer(row)
    boots.transfer(event)
  }
  const onHostDone = async (event: BusEvent<'operation.step'>) => {
    const host = await machines.find({ host: event.host, mac: null, ip: null })
    const after = statusAfterCommands(await operations.commandsRun(event.operation))
    if (!host || !after) return
    const os = after.status === 'os' ? await deps.osName(host.group, after.number) : undefined
    await statuses.set(host, { status: after.status, os: os ?? null })
    if (after.status !== 'os') return
    const { hostname, mac, ip } = host
    const detail = os ?? `system ${after.number}`
    bus.publish('boot.step', { host: hostname, mac, ip, step: 'os', ok: true, detail })
  }
  const handle = async (event: BusEvent) => {
    position = event.id
    if (event.type === 'boot.step') await onStep(event)
    else if (event.type === 'host.seen') await onSeen(event)
    else if (event.type === 'operation.step' && event.phase === 'done') await onHostDone(event)
    else if (event.type === 'operation.finished') operations.forget(event.operation)
    else if (
      event.type === 'transfer.started' ||
      event.type === 'transfer.progress' ||
      event.type === 'transfer.finished'
    ) {
      onTransfer(event)
    }
  }

  let work = Promise.resolve()
  const enqueue = (task: () => Promise<void>) => {
    work = work.then(task).catch((err) => log.error({ err }, 'event not recorded'))
    return work
  }
  let prunedAt = 0
  const tick = async () => {
    boots.tick()
    for (const row of endSilent(transfers, clock.now())) batch.transfer(row)
    statuses.expire()
    await unknown.flush()
    if (clock.now() - prunedAt < pruneMs) return
    prunedAt = clock.now()
    const before = new Date(clock.now() - keptMs)
    await pruneBoots(db, before)
    await pruneTransfers(db, before)
    await unknown.prune()
  }
  let cancelTick = () => {}
  const tickLater = () => {
    cancelTick = clock.after(tickMs, () => {
      void enqueue(tick)
      tickLater()
    })
  }
  const subscription = await bus.subscribe((event) => void enqueue(() => handle(event)), {
    ...(position === undefined ? {} : { since: position }),
    onGap: () => log.warn({}, 'events were lost before they could be recorded'),
  })
  tickLater()
  const settled = async () => {
    await work
    await unknown.flush()
    await batch.flush()
  }
  return {
    settled,
    async stop() {
      cancelTick()
      await subscription.close()
      await settled()
    },
  }
}

async function loadTimeline({ db, clock }: RecorderDeps): Promise<Timeline> {
  const attempts = new Map<string, Attempt>()
  const machines = new Set<string>()
  for (const row of await listBoots(db, { limit: loadedRows })) {
    const attempt = fromRow(row)
    // Newest first: an older attempt of the same machine gets no more steps.
    const names = [attempt.mac, attempt.host, attempt.ip].filter((name) => name !== null)
    const isOlder = names.some((name) => machines.has(name))
    for (const name of names) machines.add(name)
    if (isOlder || attempt.aliveAt < clock.now() - forgetMs) continue
    attempts.set(attempt.id, attempt)
  }
  return { attempts }
}

async function loadTransfers({ db, clock }: RecorderDeps): Promise<TransferLog> {
  const rows = await listTransfers(db, { running: true, limit: loadedRows })
  return new Map(rows.map((row) => [row.id, { row, aliveAt: clock.now() }]))
}
