import { randomUUID } from 'node:crypto'
import type { Bus, Machine, TransferResult } from '@linbo/bus'

/** How often a running transfer is reported, in milliseconds: four times a second. */
export const progressMs = 250

export interface Transfer {
  readonly id: string
  /** Bytes seen on the wire so far. */
  readonly bytes: number
  add(bytes: number): void
  /** @param bytes what to tell as the final count. */
  finish(result: TransferResult, reason: string | null, bytes: number): void
}

export interface TransferFacts extends Machine {
  direction: 'down' | 'up'
  file: string
  sizeBytes: number | null
}

/** Reports transfers as events. `tick` is called every `progressMs`. */
export function createTransfers(options: { bus: Pick<Bus, 'publish'>; now(): number }) {
  const { bus, now } = options
  const running = new Set<{ tick(at: number): void }>()
  return {
    get size() {
      return running.size
    },
    begin(facts: TransferFacts): Transfer {
      const id = randomUUID()
      const startedAt = now()
      let bytes = 0
      let told = { at: startedAt, bytes: 0 }
      const entry = {
        tick(at: number) {
          if (bytes === told.bytes || at <= told.at) return
          const bytesPerSecond = Math.round(((bytes - told.bytes) * 1000) / (at - told.at))
          told = { at, bytes }
          bus.publish('transfer.progress', {
            transfer: id,
            bytes,
            sizeBytes: facts.sizeBytes,
            bytesPerSecond,
          })
        },
      }
      bus.publish('transfer.started', { ...facts, transfer: id, via: 'rsync' })
      running.add(entry)
      return {
        id,
        get bytes() {
          return bytes
        },
        add(more) {
          bytes += more
        },
        finish(result, reason, finalBytes) {
          if (!running.delete(entry)) return
          bus.publish('transfer.finished', {
            transfer: id,
            result,
            bytes: finalBytes,
            ms: now() - startedAt,
            reason,
          })
        },
      }
    },
    tick() {
      const at = now()
      for (const one of running) one.tick(at)
    },
  }
}

export type Transfers = ReturnType<typeof createTransfers>
