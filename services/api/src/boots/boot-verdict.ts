import type { BootVerdict } from '@linbo/bus'
import type { StoredBootFile, StoredBootStep, StoredVerdict, UsualPhases } from '@linbo/db'
import {
  type BootPhase,
  hasReached,
  isLoaded,
  phaseOfStep,
  phases,
  phaseTimes,
  readyAt,
} from './boot-phases.ts'
import type { Attempt } from './boot-timeline.ts'

/** What is known besides the attempt itself. */
export interface Around {
  /** Milliseconds since 1970. */
  now: number
  /** 1 for the usual; 2 waits twice as long before LINBO counts as out of reach. */
  patience: number
  /** Other machines of the room that lose packets at the same time. */
  losing: readonly string[]
  usual: UsualPhases | undefined
}

/** This many machines that lose packets at once share the cause. */
const together = 3
/** A lost packet now and then is normal; and a server that gives a machine up has asked it a dozen times. */
const normalRetries = 5
const normalShare = 0.005
const retriesOfSilence = 20
const blockBytes = 1024
/** LINBO is ready within seconds of its start.conf, or of the last file it fetched. */
const untilReadyMs = 3 * 60_000
const fewBoots = 3
const slowFactor = 2
const slowMs = 20_000

/**
 * What this attempt came to: why it stopped, or why it was slow; null when there is nothing to say. Plain decision,
 * made anew with every sign of the machine and every few seconds.
 */
export function judge(attempt: Attempt, around: Around): StoredVerdict | null {
  const failure = standingFailure(attempt.steps)
  const loss = lossOf(attempt)
  if (attempt.state === 'linbo') {
    if (failure) return failureVerdict(attempt, failure)
    const isReady = attempt.steps.some((one) => one.step === 'ready' || one.step === 'os')
    const isQuiet = around.now - attempt.aliveAt >= untilReadyMs * around.patience
    if (!isReady && isQuiet) return verdict('no-ssh', attempt)
    return loss ? lossVerdict(attempt, loss, around) : slowVerdict(attempt, around.usual)
  }
  const isLoading = hasReached(attempt, 'loader') && !isLoaded(attempt)
  if (loss && isLoading && (failure?.cause === 'client-silent' || attempt.state === 'stalled')) {
    return lossVerdict(attempt, loss, around)
  }
  if (failure) return failureVerdict(attempt, failure)
  if (attempt.state === 'stalled') return stallVerdict(attempt)
  return loss ? lossVerdict(attempt, loss, around) : null
}

/** Whether the boot stopped for this, or goes on all the same. */
export function severityOf(state: string, code: string): 'error' | 'warning' {
  const isLoss = code === 'packet-loss' || code === 'room-packet-loss'
  return state === 'linbo' || (isLoss && state === 'booting') ? 'warning' : 'error'
}

export interface Loss {
  retries: number
  /** Share of the packets that had to be sent again, 0 to 1; a guess from the bytes. */
  share: number
  /** The file that suffered most. */
  file: StoredBootFile
}

/** How much was lost on the way to this machine, when it is more than normal. */
export function lossOf({ files }: Pick<Attempt, 'files'>): Loss | undefined {
  const told = files.flatMap((file) => {
    const ownRetries = file.retries ?? 0
    const retries = file.result === 'failed' ? ownRetries - retriesOfSilence : ownRetries
    return file.retries === null ? [] : [{ file, retries: Math.max(0, retries) }]
  })
  const [worst] = told.toSorted((a, b) => b.retries - a.retries)
  const retries = told.reduce((sum, one) => sum + one.retries, 0)
  const blocks = told.reduce((sum, one) => sum + one.file.bytes / blockBytes, 0)
  const share = retries / Math.max(1, retries + blocks)
  if (!worst || retries < normalRetries || share < normalShare) return undefined
  return { retries, share, file: worst.file }
}

/** The last failure that says why, unless the machine got over it. */
function standingFailure(steps: readonly StoredBootStep[]): StoredBootStep | undefined {
  const order = (step: StoredBootStep) => phases.indexOf(phaseOfStep(step.step))
  return steps.findLast(
    (failed, index) =>
      !failed.ok &&
      failed.cause !== undefined &&
      !steps
        .slice(index + 1)
        .some((one) => one.ok && (one.step === failed.step || order(one) > order(failed))),
  )
}

function failureVerdict(attempt: Attempt, failed: StoredBootStep): StoredVerdict {
  const facts = { detail: failed.detail, ...(failed.about ? { about: failed.about } : {}) }
  if (failed.cause !== 'client-silent') return verdict(failed.cause as BootVerdict, attempt, facts)
  const cut = attempt.files.findLast((file) => file.result !== 'ok')
  return verdict('client-silent', attempt, cut ? fileFacts(cut) : facts)
}

function lossVerdict(attempt: Attempt, loss: Loss, { losing }: Around): StoredVerdict {
  const facts = {
    ...fileFacts(loss.file),
    retries: loss.retries,
    percent: Math.round(loss.share * 1000) / 10,
  }
  if (!attempt.room || losing.length < together - 1) return verdict('packet-loss', attempt, facts)
  return verdict('room-packet-loss', attempt, {
    ...facts,
    room: attempt.room,
    machines: [nameOf(attempt), ...losing].join(', '),
  })
}

/** Why nothing more comes, told by the last thing that did. */
function stallVerdict(attempt: Attempt): StoredVerdict {
  const { steps, files } = attempt
  const cut = files.findLast(isCutOff)
  const isCut = cut?.step && !steps.some((one) => one.step === cut.step && one.ok)
  if (cut && isCut) return verdict('client-silent', attempt, fileFacts(cut))
  const last = steps.at(-1)
  if (last && !last.ok) return verdict('step-failed', attempt, { detail: last.detail })
  const reached: BootPhase | undefined = phases.findLast((phase) => hasReached(attempt, phase))
  const has = (step: string) => steps.some((one) => one.step === step && one.ok)
  switch (reached) {
    case 'network':
      if (has('firmware-ack')) return verdict('boot-file-not-asked', attempt)
      return verdict(has('firmware-offer') ? 'offer-not-taken' : 'no-answer', attempt)
    case 'loader':
      return verdict(has('grub-config') ? 'kernel-not-asked' : 'loader-silent', attempt)
    case 'kernel':
      return verdict(isLoaded(attempt) ? 'linux-silent' : 'loader-silent', attempt)
    default:
      if (!has('linbo-ack')) return verdict('linbo-no-lease', attempt)
      if (attempt.host === null) return verdict('unregistered', attempt)
      return verdict(attempt.pxe === 0 ? 'pxe-off' : 'start-conf-not-asked', attempt)
  }
}

/** It runs, or ended too early, with more than a question for its size. */
function isCutOff(file: StoredBootFile): boolean {
  if (file.step === null || file.result === 'ok') return false
  return file.result === null || file.bytes > 0
}

function slowVerdict(attempt: Attempt, usual: UsualPhases | undefined): StoredVerdict | null {
  if (!usual || usual.boots < fewBoots || readyAt(attempt) === undefined) return null
  const compared = phaseTimes(attempt).flatMap(({ phase, ms }) => {
    const usualMs = usual.phases[phase]
    return usualMs === undefined ? [] : [{ phase, ms, usualMs }]
  })
  const sum = (of: (one: (typeof compared)[number]) => number) =>
    compared.reduce((total, one) => total + of(one), 0)
  const tookMs = sum((one) => one.ms)
  const usualMs = sum((one) => one.usualMs)
  const [worst] = compared.toSorted((a, b) => b.ms - b.usualMs - (a.ms - a.usualMs))
  if (!worst || tookMs < usualMs * slowFactor || tookMs - usualMs < slowMs) return null
  const facts = { phase: worst.phase, phaseMs: worst.ms, phaseUsualMs: worst.usualMs }
  return verdict('slow', attempt, { ...facts, tookMs, usualMs })
}

function verdict(
  code: BootVerdict,
  attempt: Attempt,
  facts: StoredVerdict['facts'] = {},
): StoredVerdict {
  return {
    code,
    facts: {
      machine: nameOf(attempt),
      ...(attempt.ip ? { ip: attempt.ip } : {}),
      ...(attempt.mac ? { mac: attempt.mac } : {}),
      ...(attempt.group ? { group: attempt.group } : {}),
      ...(attempt.firmware ? { firmware: attempt.firmware } : {}),
      ...facts,
    },
  }
}

function fileFacts(file: StoredBootFile): StoredVerdict['facts'] {
  return {
    file: file.file,
    bytes: file.bytes,
    ...(file.sizeBytes === null ? {} : { sizeBytes: file.sizeBytes }),
  }
}

/** What people call the machine. */
export function nameOf(machine: Pick<Attempt, 'host' | 'mac' | 'ip'>): string {
  return machine.host ?? machine.mac ?? machine.ip ?? 'unknown'
}
