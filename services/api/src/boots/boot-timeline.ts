import type { BootCause, BootStep, BusEvent, Machine } from '@linbo/bus'
import type { StoredBootFile, StoredBootStep, StoredVerdict } from '@linbo/db'
import { hasReached, isFirmwareLease, isLoaded, phaseOfStep } from './boot-phases.ts'

export interface Attempt {
  id: string
  host: string | null
  mac: string | null
  ip: string | null
  firmware: string | null
  /** Of the host; null for a machine that is none. */
  room: string | null
  group: string | null
  pxe: number | null
  state: 'booting' | 'linbo' | 'stalled'
  /** Milliseconds since 1970, as every time here. */
  startedAt: number
  lastAt: number
  /** When the machine was last heard of, which includes the progress of a transfer. */
  aliveAt: number
  steps: StoredBootStep[]
  files: StoredBootFile[]
  verdict: StoredVerdict | null
}

/** The boot attempts that may still get steps. */
export interface Timeline {
  attempts: Map<string, Attempt>
}

export type StepInput = Machine & {
  at: number
  step: BootStep
  ok: boolean
  detail: string
  firmware?: string
  cause?: BootCause
  about?: string
}

export interface Folded {
  attempt: Attempt
  /** Attempts to store anew. */
  changed: Attempt[]
  /** An attempt that turned out to be part of this one. */
  merged: string | undefined
}

const silenceMs = 10 * 60_000
const repeatMs = 60_000
/** From one boot program to the next: GRUB hands over to iPXE, which asks for a lease of its own. */
const handOverMs = 15_000
/** An attempt that is quiet for this long gets no more steps. */
export const forgetMs = 24 * 60 * 60_000
const keptSteps = 200

const inLinbo: ReadonlySet<BootStep> = new Set([
  'start-conf',
  'linbo-update',
  'onboot',
  'log',
  'ready',
  'os',
])

/**
 * Adds a step to the attempt it belongs to, or to a new one.
 * @param newId the id of an attempt that begins with this step.
 * @returns undefined for a step that tells nothing about a boot: LINBO renewing its lease, or a message
 *   from a machine whose boot was not seen.
 */
export function foldStep(timeline: Timeline, step: StepInput, newId: string): Folded | undefined {
  const found = findAttempt(timeline, step)
  if (found?.state === 'linbo' && step.step === 'linbo-ack' && !isOfferedLately(found, step.at)) {
    found.aliveAt = step.at
    return undefined
  }
  const changed: Attempt[] = []
  let attempt = found
  if (!found || beginsAnew(found, step)) {
    if (!found && inLinbo.has(step.step) && step.step !== 'start-conf') return undefined
    attempt = begin(timeline, step, newId, changed)
  }
  if (!attempt) return undefined
  const merged = mergeByAddress(timeline, attempt, step)
  addStep(attempt, step)
  changed.push(attempt)
  return { attempt, changed, merged }
}

/**
 * The attempt a file that is being fetched belongs to: the machine's, or a new one when the file is the first
 * that is seen of a boot.
 * @param step which step of a boot the file's delivery is.
 */
export function attemptOfFile(
  timeline: Timeline,
  event: BusEvent<'transfer.started'>,
  step: BootStep | undefined,
  newId: string,
): { attempt: Attempt; changed: Attempt[] } | undefined {
  const found = findAttempt(timeline, event)
  const at = Date.parse(event.at)
  const changed: Attempt[] = []
  if (step && event.via !== 'rsync' && (!found || isOver(found, at))) {
    return { attempt: begin(timeline, { ...event, at }, newId, changed), changed }
  }
  return found && { attempt: found, changed }
}

/** The attempt of this machine: by MAC, then address, then host name. */
export function findAttempt(timeline: Timeline, machine: Machine): Attempt | undefined {
  const all = [...timeline.attempts.values()]
  const fits = (one: Attempt) =>
    (one.mac === null || machine.mac === null || one.mac === machine.mac) &&
    (one.host === null || machine.host === null || one.host === machine.host)
  return (
    (machine.mac && all.find((one) => one.mac === machine.mac)) ||
    (machine.ip && all.find((one) => one.ip === machine.ip && fits(one))) ||
    (machine.host && all.find((one) => one.host === machine.host && fits(one))) ||
    undefined
  )
}

/**
 * Marks what has got stuck, and forgets what is over.
 * @param patience 1 for the usual; 2 waits twice as long.
 * @returns the attempts whose state changed.
 */
export function expire(timeline: Timeline, now: number, patience: number): Attempt[] {
  const stalled: Attempt[] = []
  for (const attempt of timeline.attempts.values()) {
    if (attempt.aliveAt < now - forgetMs) timeline.attempts.delete(attempt.id)
    else if (
      attempt.state === 'booting' &&
      attempt.aliveAt <= now - patience * patienceMs(attempt)
    ) {
      attempt.state = 'stalled'
      stalled.push(attempt)
    }
  }
  return stalled
}

/** How long a machine may be quiet at this point before it has got stuck, in milliseconds. */
function patienceMs(attempt: Attempt): number {
  if (attempt.files.some((file) => file.result === null)) return 45_000
  const last = attempt.steps.at(-1)
  const phase = last && phaseOfStep(last.step)
  if (phase === 'network') return 75_000
  if (phase === 'kernel') return isLoaded(attempt) ? 150_000 : 45_000
  return 90_000
}

function isOver(attempt: Attempt, at: number): boolean {
  return attempt.state === 'linbo' || at - attempt.aliveAt > silenceMs
}

function beginsAnew(attempt: Attempt, step: StepInput): boolean {
  const quietMs = step.at - attempt.aliveAt
  const phase = phaseOfStep(step.step)
  if (isFirmwareLease(step.step)) {
    if (isOver(attempt, step.at) || hasReached(attempt, 'kernel')) return true
    return quietMs > (hasReached(attempt, 'loader') ? handOverMs : repeatMs)
  }
  if (phase === 'loader' || phase === 'kernel') {
    const isSecondTime = step.step === 'boot-file' && hasReached(attempt, 'kernel')
    return isOver(attempt, step.at) || isSecondTime
  }
  if (step.step === 'linbo-discover' || step.step === 'linbo-offer') return isOver(attempt, step.at)
  if (step.step === 'linbo-ack') return attempt.state !== 'linbo' && quietMs > silenceMs
  if (step.step === 'start-conf') {
    if (attempt.state !== 'linbo') return quietMs > silenceMs
    return step.at - lastOf(attempt, 'start-conf', 'linbo-ack') > repeatMs
  }
  return false
}

/** When the newest of these steps was, or the start of the attempt when there was none. */
function lastOf(attempt: Attempt, ...names: BootStep[]): number {
  const found = attempt.steps.findLast((step) => names.includes(step.step as BootStep))
  return found ? Date.parse(found.at) : attempt.startedAt
}

/** LINBO renews its lease with a request alone; a boot asks for an offer first. */
function isOfferedLately(attempt: Attempt, at: number): boolean {
  return attempt.steps.some(
    ({ step, at: seen }) =>
      (step === 'linbo-discover' || step === 'linbo-offer') && at - Date.parse(seen) <= repeatMs,
  )
}

function begin(
  timeline: Timeline,
  first: Machine & { at: number },
  id: string,
  changed: Attempt[],
): Attempt {
  const before = findAttempt(timeline, first)
  if (before) {
    timeline.attempts.delete(before.id)
    if (before.state === 'booting') before.state = 'stalled'
    changed.push(before)
  }
  const attempt: Attempt = {
    id,
    host: first.host ?? before?.host ?? null,
    mac: first.mac ?? before?.mac ?? null,
    ip: first.ip,
    firmware: null,
    room: before?.room ?? null,
    group: before?.group ?? null,
    pxe: before?.pxe ?? null,
    state: 'booting',
    startedAt: first.at,
    lastAt: first.at,
    aliveAt: first.at,
    steps: [],
    files: [],
    verdict: null,
  }
  timeline.attempts.set(id, attempt)
  return attempt
}

function addStep(attempt: Attempt, step: StepInput): void {
  attempt.host = step.host ?? attempt.host
  attempt.mac = step.mac ?? attempt.mac
  attempt.ip = step.ip ?? attempt.ip
  attempt.firmware = step.firmware ?? attempt.firmware
  attempt.lastAt = Math.max(attempt.lastAt, step.at)
  attempt.aliveAt = Math.max(attempt.aliveAt, attempt.lastAt)
  if (inLinbo.has(step.step) && step.ok) attempt.state = 'linbo'
  else if (attempt.state === 'stalled') attempt.state = 'booting'
  const same = repeated(attempt, step)
  if (same) same.times = (same.times ?? 1) + 1
  if (same || attempt.steps.length >= keptSteps) return
  attempt.steps.push({
    at: new Date(step.at).toISOString(),
    step: step.step,
    ok: step.ok,
    detail: step.detail,
    ...(step.cause ? { cause: step.cause } : {}),
    ...(step.about ? { about: step.about } : {}),
  })
}

/** The same step on end, though a machine that asks again and again does so in two or three steps. */
function repeated(attempt: Attempt, step: StepInput): StoredBootStep | undefined {
  const phase = phaseOfStep(step.step)
  for (const one of attempt.steps.toReversed()) {
    if (phaseOfStep(one.step) !== phase || one.ok !== step.ok) return undefined
    if (one.step === step.step && one.detail === step.detail) return one
  }
  return undefined
}

/** Two attempts, one known by MAC and one by address alone, are one once a step names both. */
function mergeByAddress(timeline: Timeline, into: Attempt, step: StepInput): string | undefined {
  if (!step.ip) return undefined
  for (const other of timeline.attempts.values()) {
    if (other === into || other.ip !== step.ip || other.mac || other.host) continue
    if (isOver(other, step.at)) continue
    timeline.attempts.delete(other.id)
    const byTime = (a: { at: string }, b: { at: string }) => Date.parse(a.at) - Date.parse(b.at)
    into.steps = [...into.steps, ...other.steps].sort(byTime)
    into.files = [...into.files, ...other.files].sort(byTime)
    into.startedAt = Math.min(into.startedAt, other.startedAt)
    into.firmware ??= other.firmware
    return other.id
  }
  return undefined
}
