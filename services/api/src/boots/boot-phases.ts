import type { BootStep } from '@linbo/bus'
import type { StoredBootFile, StoredBootStep } from '@linbo/db'

/** The parts of a boot whose times are compared, in order. */
export const phases = [
  /** The firmware asks for an address. */
  'network',
  /** Core image and GRUB's configuration. */
  'loader',
  /** Kernel and initramfs. */
  'kernel',
  /** Nothing is heard while Linux starts. */
  'linux',
  /** LINBO asks for an address. */
  'address',
  /** start.conf, update, until the server can take over. */
  'configuration',
] as const
export type BootPhase = (typeof phases)[number]

const phaseByStep: Record<BootStep, BootPhase> = {
  'firmware-discover': 'network',
  'firmware-offer': 'network',
  'firmware-ack': 'network',
  'boot-file': 'loader',
  'grub-config': 'loader',
  kernel: 'kernel',
  initramfs: 'kernel',
  'linbo-discover': 'address',
  'linbo-offer': 'address',
  'linbo-ack': 'address',
  'start-conf': 'configuration',
  'linbo-update': 'configuration',
  onboot: 'configuration',
  log: 'configuration',
  ready: 'configuration',
  os: 'configuration',
}

/** What the phases of a boot are told from. */
export interface Traces {
  /** Milliseconds since 1970. */
  startedAt: number
  lastAt: number
  steps: readonly StoredBootStep[]
  files: readonly StoredBootFile[]
}

export interface PhaseTime {
  phase: BootPhase
  /** Milliseconds since the attempt began. */
  startMs: number
  ms: number
  /** It is the last one, and the boot has not come through it yet. */
  isOpen: boolean
}

export const phaseOfStep = (step: string): BootPhase => phaseByStep[step as BootStep]
export const isFirmwareLease = (step: string) => phaseOfStep(step) === 'network'

/** Whether anything of this phase, or of a later one, has been seen. */
export function hasReached({ steps, files }: Pick<Traces, 'steps' | 'files'>, phase: BootPhase) {
  const wanted = phases.indexOf(phase)
  const isThere = (step: string) => phases.indexOf(phaseOfStep(step)) >= wanted
  return (
    steps.some((one) => isThere(one.step)) || files.some((one) => one.step && isThere(one.step))
  )
}

/** Kernel and initramfs are on the machine: what comes next is Linux. */
export function isLoaded({ steps, files }: Pick<Traces, 'steps' | 'files'>): boolean {
  return (
    steps.some((one) => one.step === 'initramfs' && one.ok) ||
    files.some((one) => one.step === 'initramfs' && one.result === 'ok')
  )
}

/** When LINBO was there for the server, or undefined while it is not. */
export function readyAt({ steps }: Pick<Traces, 'steps'>): number | undefined {
  const ready = steps.find((one) => one.step === 'ready' && one.ok)
  return ready && Date.parse(ready.at)
}

/**
 * How long each phase took. Steps and files tell when something was over or begun; a phase lasts from its first
 * sign to the first sign of the next, so that the phases follow each other without a gap.
 */
export function phaseTimes(traces: Traces): PhaseTime[] {
  const { startedAt, lastAt } = traces
  const begun = phases.flatMap((phase) => {
    const at = beginOf(phase, traces)
    return at === undefined ? [] : [{ phase, at }]
  })
  const first = begun[0]
  if (first) first.at = startedAt
  const ready = readyAt(traces)
  const times: PhaseTime[] = []
  let from = startedAt
  for (const [index, { phase }] of begun.entries()) {
    const next = begun[index + 1]
    const isOpen = !next && ready === undefined
    const until = Math.max(from, next ? next.at : (ready ?? lastAt))
    times.push({ phase, startMs: from - startedAt, ms: until - from, isOpen })
    from = until
  }
  return times
}

function beginOf(phase: BootPhase, traces: Traces): number | undefined {
  const steps = traces.steps.filter((one) => phaseOfStep(one.step) === phase)
  const files = traces.files.filter((one) => one.step && phaseOfStep(one.step) === phase)
  if (phase === 'linux') return isLoaded(traces) ? loadedAt(traces) : undefined
  const first = (list: readonly { at: string }[]) =>
    list.length > 0 ? Math.min(...list.map((one) => Date.parse(one.at))) : undefined
  const seen = first(files) ?? first(steps)
  if (seen === undefined) return undefined
  // start.conf is asked for as soon as there is an address.
  if (phase === 'configuration') {
    const ack = traces.steps.find((one) => one.step === 'linbo-ack' && one.ok)
    return ack ? Math.min(seen, Date.parse(ack.at)) : seen
  }
  // Without the file's own time the step tells its end: what led to it belongs to it.
  if (files.length > 0 || phase === 'network' || phase === 'address') return seen
  const before = traces.steps.filter((one) => Date.parse(one.at) < seen).at(-1)
  return before ? Date.parse(before.at) : traces.startedAt
}

function loadedAt({ steps, files }: Traces): number {
  const ends = [
    ...files
      .filter((one) => one.step && phaseOfStep(one.step) === 'kernel' && one.ms !== null)
      .map((one) => Date.parse(one.at) + (one.ms ?? 0)),
    ...steps.filter((one) => phaseOfStep(one.step) === 'kernel').map((one) => Date.parse(one.at)),
  ]
  return Math.max(...ends)
}
