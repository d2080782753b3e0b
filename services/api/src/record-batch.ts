import {
  type BootRow,
  type Db,
  removeBoot,
  saveBoot,
  saveTransfers,
  type TransferRow,
} from '@linbo/db'
import type { Logger } from '@linbo/log'
import type { Clock } from '@linbo/runtime'
import type { Attempt } from './boot-timeline.ts'

/** The longest a row waits for others to be written with, in milliseconds. */
export const batchMs = 250

/** Rows on their way to the database, many at once; of a row that changes twice only the last is written. */
export interface RecordBatch {
  boot(attempt: Attempt): void
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
  const boots = new Map<string, BootRow | undefined>()
  const transfers = new Map<string, TransferRow>()
  let cancel: (() => void) | undefined
  let writing = Promise.resolve()

  const write = async () => {
    const someBoots = [...boots]
    const someTransfers = [...transfers.values()]
    boots.clear()
    transfers.clear()
    await saveTransfers(deps.db, someTransfers)
    for (const [id, row] of someBoots) {
      if (row) await saveBoot(deps.db, row)
      else await removeBoot(deps.db, id)
    }
    await deps.onWritten()
  }
  const flush = () => {
    cancel?.()
    cancel = undefined
    writing = writing.then(write).catch((err) => deps.log.error({ err }, 'record not written'))
    return writing
  }
  const later = () => {
    cancel ??= deps.clock.after(batchMs, () => void flush())
  }
  return {
    boot(attempt) {
      boots.set(attempt.id, toRow(attempt))
      later()
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
    steps: [...attempt.steps],
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
  }
}
