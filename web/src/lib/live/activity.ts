import { bootPercent } from '../boots/stages.ts'
import type { Host, Operation, OperationHost, Transfer } from '../resources.ts'
import { isOver, type Model } from './model.ts'

/** What a machine is busy with right now: one thing, the one people care about most. */
export type Activity =
  | {
      kind: 'operation'
      /** 0–100, null when the client does not tell. */
      percent: number | null
      operation: string
      commands: string
      host: OperationHost
      /** The image or file that moves meanwhile. */
      transfer: Transfer | null
    }
  | { kind: 'boot'; percent: number; transfer: Transfer | null }
  | { kind: 'transfer'; percent: number | null; transfer: Transfer }

/** Small files come and go within milliseconds; showing them would only make the wall flicker. */
const worthShowing = 4 * 1024 * 1024

export function transferPercent(transfer: Transfer): number | null {
  if (!transfer.sizeBytes) return null
  return Math.min(100, (100 * transfer.bytes) / transfer.sizeBytes)
}

/** Running operations and transfers by host, so that one host is looked up without walking all of them. */
export interface Busy {
  operations: Map<string, { operation: Operation; host: OperationHost }>
  transfers: Map<string, Transfer>
}

export function whoIsBusy(model: Model): Busy {
  const busy: Busy = { operations: new Map(), transfers: new Map() }
  for (const operation of model.operations.values()) {
    if (operation.state !== 'running' && operation.state !== 'queued') continue
    for (const host of operation.hosts) {
      if (isOver(host.phase) || host.phase === 'waiting') continue
      busy.operations.set(host.hostname, { operation, host })
    }
  }
  for (const one of model.transfers.values()) {
    if (one.result !== null || one.host === null) continue
    const other = busy.transfers.get(one.host)
    if (!other || (one.sizeBytes ?? one.bytes) > (other.sizeBytes ?? other.bytes)) {
      busy.transfers.set(one.host, one)
    }
  }
  return busy
}

export function activityOf(host: Host, busy: Busy): Activity | null {
  const transfer = busy.transfers.get(host.hostname) ?? null
  const isBig = transfer !== null && (transfer.sizeBytes ?? transfer.bytes) >= worthShowing
  const running = busy.operations.get(host.hostname)
  if (running) {
    const { operation, host: part } = running
    const isTelling = part.percent !== null || !isBig
    return {
      kind: 'operation',
      percent: isTelling ? part.percent : transferPercent(transfer),
      operation: operation.id,
      commands: operation.commands,
      host: part,
      transfer: isBig ? transfer : null,
    }
  }
  if (host.boot?.state === 'booting' && host.status !== 'linbo' && host.status !== 'os') {
    return { kind: 'boot', percent: bootPercent(host.boot.step), transfer }
  }
  return isBig ? { kind: 'transfer', percent: transferPercent(transfer), transfer } : null
}
