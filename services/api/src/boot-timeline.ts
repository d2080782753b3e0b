import type { BootStep, Machine } from '@linbo/bus'
import type { StoredBootStep } from '@linbo/db'

export interface Attempt {
  id: string
  host: string | null
  mac: string | null
  ip: string | null
  firmware: string | null
  state: 'booting' | 'linbo' | 'stalled'
  /** Milliseconds since 1970, as every time here. */
  startedAt: number
  lastAt: number
  /** When the machine was last heard of, which includes the progress of a transfer. */
  aliveAt: number
  steps: StoredBootStep[]
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
}

export interface Folded {
  attempt: Attempt
  /** Attempts to store anew. */
  changed: Attempt[]
  /** An attempt that turned out to be part of this one. */
  merged: string | undefined
}

/** A booting machine that is quiet for this long has got stuck. */
export const stalledMs = 3 * 60_000
const silenceMs = 10 * 60_000
const repeatMs = 60_000
/** An attempt that is quiet for this long gets no more steps. */
export const forgetMs = 24 * 60 * 60_000
const keptSteps = 200

const inFirmware: ReadonlySet<BootStep> = new Set([
  'firmware-offer',
  'firmware-ack',
  'boot-file',
  'grub-config',
  'kernel',
  'initramfs',
])
const inLinbo: ReadonlySet<BootStep> = new Set([
  'start-conf',
  'linbo-update',
  'onboot',
  'log',
  'ready',
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
    if (found) {
      timeline.attempts.delete(found.id)
      if (found.state === 'booting')
        changed.push(Object.assign(found, { state: 'stalled' as const }))
    }
    attempt = begin(step, newId, found)
    timeline.attempts.set(attempt.id, attempt)
  }
  if (!attempt) return undefined
  const merged = mergeByAddress(timeline, attempt, step)
  addStep(attempt, step)
  changed.push(attempt)
  return { attempt, changed, merged }
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

/** Marks what has got stuck, and forgets what is over. Returns the attempts whose state changed. */
export function expire(timeline: Timeline, now: number): Attempt[] {
  const stalled: Attempt[] = []
  for (const attempt of timeline.attempts.values()) {
    if (attempt.aliveAt < now - forgetMs) timeline.attempts.delete(attempt.id)
    else if (attempt.state === 'booting' && attempt.aliveAt <= now - stalledMs) {
      attempt.state = 'stalled'
      stalled.push(attempt)
    }
  }
  return stalled
}

function beginsAnew(attempt: Attempt, step: StepInput): boolean {
  const isFirst = step.step === 'firmware-offer' || step.step === 'firmware-ack'
  const quietMs = step.at - attempt.aliveAt
  if (inFirmware.has(step.step)) {
    if (attempt.state === 'linbo' || quietMs > silenceMs) return true
    return isFirst && step.at - lastOf(attempt, 'firmware-offer', 'firmware-ack') > repeatMs
  }
  if (step.step === 'linbo-offer') return attempt.state === 'linbo' || quietMs > silenceMs
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
    (step) => step.step === 'linbo-offer' && at - Date.parse(step.at) <= repeatMs,
  )
}

function begin(step: StepInput, id: string, before: Attempt | undefined): Attempt {
  return {
    id,
    host: step.host ?? before?.host ?? null,
    mac: step.mac ?? before?.mac ?? null,
    ip: step.ip,
    firmware: null,
    state: 'booting',
    startedAt: step.at,
    lastAt: step.at,
    aliveAt: step.at,
    steps: [],
  }
}

function addStep(attempt: Attempt, step: StepInput): void {
  attempt.host = step.host ?? attempt.host
  attempt.mac = step.mac ?? attempt.mac
  attempt.ip = step.ip ?? attempt.ip
  attempt.firmware = step.firmware ?? attempt.firmware
  attempt.lastAt = Math.max(attempt.lastAt, step.at)
  attempt.aliveAt = attempt.lastAt
  if (inLinbo.has(step.step) && step.ok) attempt.state = 'linbo'
  else if (attempt.state === 'stalled') attempt.state = 'booting'
  const last = attempt.steps.at(-1)
  const isRepeated = last?.step === step.step && last.ok === step.ok && last.detail === step.detail
  if (isRepeated || attempt.steps.length >= keptSteps) return
  attempt.steps.push({
    at: new Date(step.at).toISOString(),
    step: step.step,
    ok: step.ok,
    detail: step.detail,
  })
}

/** Two attempts, one known by MAC and one by address alone, are one once a step names both. */
function mergeByAddress(timeline: Timeline, into: Attempt, step: StepInput): string | undefined {
  if (!step.ip) return undefined
  for (const other of timeline.attempts.values()) {
    if (other === into || other.ip !== step.ip || other.mac || other.host) continue
    if (step.at - other.aliveAt > silenceMs || other.state === 'linbo') continue
    timeline.attempts.delete(other.id)
    into.steps = [...into.steps, ...other.steps].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    into.startedAt = Math.min(into.startedAt, other.startedAt)
    into.firmware ??= other.firmware
    return other.id
  }
  return undefined
}
