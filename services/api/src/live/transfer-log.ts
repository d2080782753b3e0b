import type { BusEvent } from '@linbo/bus'
import type { TransferRow } from '@linbo/db'

/** A transfer that says nothing for this long has lost its service. */
export const silentTransferMs = 10 * 60_000

export interface OpenTransfer {
  row: TransferRow
  /** When it was last heard of, in milliseconds since 1970. */
  aliveAt: number
}

/** Transfers that run, by id. */
export type TransferLog = Map<string, OpenTransfer>

type TransferEvent = BusEvent<'transfer.started' | 'transfer.progress' | 'transfer.finished'>

/** Takes an event in. Returns the row to store when the transfer began or ended. */
export function foldTransfer(log: TransferLog, event: TransferEvent): TransferRow | undefined {
  const at = Date.parse(event.at)
  if (event.type === 'transfer.started') {
    const row: TransferRow = {
      id: event.transfer,
      via: event.via,
      direction: event.direction,
      hostname: event.host,
      ip: event.ip,
      file: event.file,
      size_bytes: event.sizeBytes,
      bytes: 0,
      result: null,
      reason: null,
      retries: null,
      started_at: new Date(at),
      finished_at: null,
    }
    log.set(event.transfer, { row, aliveAt: at })
    return row
  }
  const open = log.get(event.transfer)
  if (!open) return undefined
  open.aliveAt = at
  open.row.bytes = event.bytes
  if (event.type === 'transfer.progress') {
    open.row.size_bytes = event.sizeBytes ?? open.row.size_bytes
    return undefined
  }
  log.delete(event.transfer)
  const { result, reason, retries = null } = event
  return { ...open.row, result, reason, retries, finished_at: new Date(at) }
}

/** Ends the transfers whose service has fallen silent; returns their rows. */
export function endSilent(log: TransferLog, now: number): TransferRow[] {
  const ended: TransferRow[] = []
  for (const [id, open] of log) {
    if (open.aliveAt > now - silentTransferMs) continue
    log.delete(id)
    const reason = 'the service that did it has fallen silent'
    ended.push({ ...open.row, result: 'aborted', reason, finished_at: new Date(now) })
  }
  return ended
}
