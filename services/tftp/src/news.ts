import { randomUUID } from 'node:crypto'
import type { FileRole } from '@linbo/boot/file-role'
import type { BootCause, TransferResult } from '@linbo/bus'

/** What the serving thread tells the service. */
export type News =
  /** A client asked for something; `mac` when the request told it. */
  | { type: 'seen'; ip: string; mac: string | undefined }
  | {
      type: 'step'
      ip: string
      role: FileRole
      file: string
      ok: boolean
      detail: string
      cause?: BootCause
    }
  | { type: 'started'; ip: string; transfer: string; file: string; sizeBytes: number }
  | { type: 'progress'; transfer: string; bytes: number; sizeBytes: number; bytesPerSecond: number }
  | ({ type: 'finished'; transfer: string; ms: number } & Outcome)
  | { type: 'log'; level: 'debug' | 'info' | 'warn' | 'error'; facts: object; text: string }
  | { type: 'state'; transfers: number; rootMissing: boolean }

/** What the thread says first. */
export interface ThreadUp {
  port: number
}

export interface Outcome {
  result: TransferResult
  bytes: number
  /** How often something was sent again. */
  retries: number
  reason: string | null
}

/** At most four a second per transfer. */
const progressMs = 250

/** One transfer's news. Nothing is told before `started`. */
export class TransferNews {
  readonly #id = randomUUID()
  readonly #tell: (news: News) => void
  readonly #now: () => number
  readonly #what: { ip: string; file: string; sizeBytes: number }
  readonly #begun: number
  #isStarted = false
  #last: { at: number; bytes: number }

  constructor(
    tell: (news: News) => void,
    now: () => number,
    what: { ip: string; file: string; sizeBytes: number },
  ) {
    this.#tell = tell
    this.#now = now
    this.#what = what
    this.#begun = now()
    this.#last = { at: this.#begun, bytes: 0 }
  }

  started(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    this.#tell({ type: 'started', transfer: this.#id, ...this.#what })
  }

  /** Call as often as you like. */
  progress(bytes: number): void {
    this.started()
    const at = this.#now()
    if (at - this.#last.at < progressMs) return
    const bytesPerSecond = Math.round(((bytes - this.#last.bytes) * 1000) / (at - this.#last.at))
    this.#last = { at, bytes }
    const { sizeBytes } = this.#what
    this.#tell({ type: 'progress', transfer: this.#id, bytes, sizeBytes, bytesPerSecond })
  }

  finished(outcome: Outcome): void {
    this.started()
    const ms = Math.round(this.#now() - this.#begun)
    this.#tell({ type: 'finished', transfer: this.#id, ms, ...outcome })
  }
}
