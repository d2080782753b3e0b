import { randomUUID } from 'node:crypto'
import type { BootVerdict, Bus, BusEvent, Machine } from '@linbo/bus'
import type { Db, HostRow } from '@linbo/db'
import type { RecordBatch } from '../live/record-batch.ts'
import { beginFile, goOnWithFile, isPartOfBoot, stepOfFile } from './boot-attempt-files.ts'
import { readyAt } from './boot-phases.ts'
import {
  type Attempt,
  attemptOfFile,
  expire,
  type Folded,
  findAttempt,
  foldStep,
  type StepInput,
  type Timeline,
} from './boot-timeline.ts'
import { findUsual, type Usual } from './boot-usual.ts'
import { judge, lossOf, nameOf, severityOf } from './boot-verdict.ts'

/** Keeps the boot attempts: their steps, files and verdicts, stored and told as they change. */
export interface BootKeeper {
  step(step: StepInput, host: HostRow | undefined): Promise<Folded | undefined>
  transfer(event: TransferEvent): void
  /** Whether this machine boots and nobody has said yet that LINBO is ready. */
  isAwaited(machine: Machine): boolean
  /** Time has passed: what has got stuck, and what is to be judged anew? */
  tick(): void
}

type TransferEvent = BusEvent<'transfer.started' | 'transfer.progress' | 'transfer.finished'>

/** Nothing new is found about an attempt that is quiet for longer. */
const judgedMs = 15 * 60_000
/** Losses this far apart do not have the same cause. */
const sameTimeMs = 3 * 60_000

export function createBootKeeper(deps: {
  db: Db
  bus: Pick<Bus, 'publish'>
  now(): number
  batch: RecordBatch
  timeline: Timeline
  /** How patient to be with machines that are quiet: 1 for the usual. */
  patience: number
}): BootKeeper {
  const { db, bus, now, batch, timeline, patience } = deps
  const attemptOf = new Map<string, Attempt>()
  const told = new Map<string, string>()
  const usualOf = new WeakMap<Attempt, Usual>()

  const losing = (attempt: Attempt) =>
    attempt.room === null
      ? []
      : [...timeline.attempts.values()].filter(
          (one) =>
            one !== attempt &&
            one.room === attempt.room &&
            Math.abs(one.aliveAt - attempt.aliveAt) < sameTimeMs &&
            lossOf(one),
        )
  /** Stores the attempt's verdict when it is another one. */
  const settle = (attempt: Attempt) => {
    // The usual times are known to the recorder that saw the boot arrive.
    if (attempt.verdict?.code !== 'slow') {
      const others = lossOf(attempt) ? losing(attempt).map(nameOf).sort() : []
      const around = { now: now(), patience, losing: others, usual: usualOf.get(attempt) }
      const verdict = judge(attempt, around)
      if (JSON.stringify(verdict) !== JSON.stringify(attempt.verdict)) batch.boot(attempt)
      attempt.verdict = verdict
    }
    const { id, host, mac, ip, state } = attempt
    const code = attempt.verdict?.code as BootVerdict | undefined
    const verdict = code
      ? { code, severity: severityOf(state, code), facts: attempt.verdict?.facts ?? {} }
      : null
    const news = `${state} ${verdict?.code ?? null}`
    if (told.get(id) === news) return
    const isFirst = !told.has(id)
    told.set(id, news)
    if (isFirst && state === 'booting' && verdict === null) return
    bus.publish('boot.verdict', { host, mac, ip, boot: id, state, verdict })
  }
  for (const attempt of timeline.attempts.values()) {
    told.set(attempt.id, `${attempt.state} ${attempt.verdict?.code ?? null}`)
    for (const file of attempt.files) if (file.result === null) attemptOf.set(file.id, attempt)
  }

  return {
    async step(step, host) {
      const folded = foldStep(timeline, step, randomUUID())
      if (!folded) return undefined
      const { attempt } = folded
      if (host) Object.assign(attempt, { room: host.room, group: host.group, pxe: host.pxe })
      if (step.step === 'ready' && step.ok && !usualOf.has(attempt)) {
        const place = { ...attempt, started_at: new Date(attempt.startedAt) }
        const usual = await findUsual(db, place)
        if (usual) usualOf.set(attempt, usual)
      }
      for (const one of folded.changed) {
        batch.boot(one)
        settle(one)
      }
      if (folded.merged) {
        told.delete(folded.merged)
        batch.forgetBoot(folded.merged)
        for (const [id, of] of attemptOf) {
          if (of.id === folded.merged) attemptOf.set(id, attempt)
        }
      }
      return folded
    },
    transfer(event) {
      if (event.type === 'transfer.started') {
        const step = stepOfFile(event)
        const found = attemptOfFile(timeline, event, step, randomUUID())
        if (!found) return
        for (const one of found.changed) {
          batch.boot(one)
          settle(one)
        }
        attemptOf.set(event.transfer, found.attempt)
        if (isPartOfBoot(found.attempt, event)) beginFile(found.attempt, event, step)
      }
      const attempt = attemptOf.get(event.transfer)
      if (!attempt) return
      attempt.aliveAt = Math.max(attempt.aliveAt, Date.parse(event.at))
      if (attempt.state === 'stalled' && timeline.attempts.has(attempt.id)) {
        attempt.state = 'booting'
        settle(attempt)
      }
      if (event.type !== 'transfer.started') goOnWithFile(attempt, event)
      if (event.type === 'transfer.progress') return
      if (event.type === 'transfer.finished') attemptOf.delete(event.transfer)
      attempt.lastAt = Math.max(attempt.lastAt, attempt.aliveAt)
      batch.bootSoon(attempt)
    },
    isAwaited(machine) {
      const attempt = findAttempt(timeline, machine)
      return attempt !== undefined && readyAt(attempt) === undefined
    },
    tick() {
      const at = now()
      for (const attempt of expire(timeline, at, patience)) batch.boot(attempt)
      for (const attempt of timeline.attempts.values()) {
        if (at - attempt.aliveAt < judgedMs) settle(attempt)
      }
      for (const id of told.keys()) if (!timeline.attempts.has(id)) told.delete(id)
    },
  }
}
