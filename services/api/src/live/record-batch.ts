import {
  type BootRow,
  type Db,
  removeBoot,
  saveBoots,
  saveTransfers,
  type TransferRow,
} from '@linbo/db'
import type { Logger } from '@linbo/log'
import type { Clock } from '@linbo/runtime'
import { phaseTimes } from '../boots/boot-phases.ts'
import type { Attempt } from '../boots/boot-timeline.ts'

/** The longest a row waits for others to be written with, in milliseconds. */
export const batchMs = 250
/** The files of a boot come by the dozen; they are shown live from the events anyway. */
const soonMs = 1000

/** Rows on their way to the database, many at once; of a row that changes twice only the last is written. */
export interface RecordBatch {
  boot(attempt: Attempt): void
  /** Not worth a write of its own right now. */
  bootSoon(attempt: Attempt): void
  forgetBoot(id: string): void
  transfer(row: TransferRow): void
  flush(): Promise<void>
}

export function createRecordBatch(deps: {
  db: Db
  clock: Clock
  log: Logger
  /** Called after each write. */
  onWritten(): Promise<void>
}): RecordBatch {
  const boots = new Map<string, Attempt | undefined>()
  const transfers = new Map<string, TransferRow>()
  let cancel: (() => void) | undefined
  let dueAt = Number.POSITIVE_INFINITY
  let writing = Promise.resolve()

  const write = async () => {
    const someBoots = [...boots]
    const someTransfers = [...transfers.values()]
    boots.clear()
    transfers.clear()
    await saveTransfers(deps.db, someTransfers)
    await saveBoots(
      deps.db,
      someBoots.flatMap(([, attempt]) => (attempt ? [toRow(attempt)] : [])),
    )
    for (const [id, attempt] of someBoots) if (!attempt) await removeBoot(deps.db, id)
    await deps.onWritten()
  }
  const flush = () => {
    cancel?.()
    cancel = undefined
    dueAt = Number.POSITIVE_INFINITY
    writing = writing.then(write).catch((err) => deps.log.error({ err }, 'record not written'))
    return writing
  }
  const later = (ms = batchMs) => {
    if (deps.clock.now() + ms >= dueAt) return
    cancel?.()
    dueAt = deps.clock.now() + ms
    cancel = deps.clock.after(ms, () => void flush())
  }
  return {
    boot(attempt) {
      boots.set(attempt.id, attempt)
      later()
    },
    bootSoon(attempt) {
      boots.set(attempt.id, attempt)
      later(soonMs)
    },
    forgetBoot(id) {
      boots.set(id, undefined)
      later()
    },
    transfer(row) {
      transfers.set(row.id, { ...row })
      later()
    },
    flush,
  }
}

function toRow(attempt: Attempt): BootRow {
  return {
    id: attempt.id,
    hostname: attempt.host,
    mac: attempt.mac,
    ip: attempt.ip,
    firmware: attempt.firmware,
    state: attempt.state,
    started_at: new Date(attempt.startedAt),
    last_at: new Date(attempt.lastAt),
    steps: attempt.steps,
    room: attempt.room,
    group: attempt.group,
    files: attempt.files,
    verdict: attempt.verdict,
    phases: Object.fromEntries(
      phaseTimes(attempt).flatMap(({ phase, ms, isOpen }) => (isOpen ? [] : [[phase, ms]])),
    ),
  }
}

/** The attempt a stored boot was. */
export function fromRow(row: BootRow): Attempt {
  return {
    id: row.id,
    host: row.hostname,
    mac: row.mac,
    ip: row.ip,
    firmware: row.firmware,
    state: row.state === 'linbo' || row.state === 'stalled' ? row.state : 'booting',
    startedAt: row.started_at.getTime(),
    lastAt: row.last_at.getTime(),
    aliveAt: row.last_at.getTime(),
    steps: row.steps,
    room: row.room,
    group: row.group,
    pxe: null,
    files: row.files,
    verdict: row.verdict,
  }
}
