import type { BootStep } from '@linbo/bus'
import type { BootState } from '../resources.ts'

/** The five stages people see; a machine that is past the last one has arrived in LINBO. */
export const stages = ['network', 'loader', 'kernel', 'address', 'configuration'] as const
export type Stage = (typeof stages)[number]

const stageOfStep: Record<BootStep, number> = {
  'firmware-offer': 0,
  'firmware-ack': 0,
  'boot-file': 1,
  'grub-config': 1,
  kernel: 2,
  initramfs: 2,
  'linbo-offer': 3,
  'linbo-ack': 3,
  'start-conf': 4,
  'linbo-update': 4,
  onboot: 4,
  log: 4,
  ready: 5,
}

/** Index into `stages`; `stages.length` once the machine is ready. */
export function stageIndex(step: BootStep | null): number {
  return step === null ? 0 : (stageOfStep[step] ?? 0)
}

const order: BootStep[] = [
  'firmware-offer',
  'firmware-ack',
  'boot-file',
  'grub-config',
  'kernel',
  'initramfs',
  'linbo-offer',
  'linbo-ack',
  'start-conf',
  'linbo-update',
  'onboot',
  'log',
  'ready',
]

/** How much of the boot is behind this step, 0–100. */
export function bootPercent(step: BootStep | null): number {
  if (step === null) return 0
  return Math.round((100 * (order.indexOf(step) + 1)) / order.length)
}

const inFirmware = order.slice(0, order.indexOf('linbo-offer') + 1)
const inLinbo = order.slice(order.indexOf('start-conf'))

/** True for steps that only a machine that runs LINBO can take. */
export function isInLinbo(step: BootStep): boolean {
  return inLinbo.includes(step)
}

/** True when this step can only belong to a new attempt, seen from the newest one. */
export function startsAttempt(
  step: BootStep,
  before: { step: BootStep | null; state: BootState } | null,
): boolean {
  if (before === null) return true
  if (before.state === 'linbo') return inFirmware.includes(step)
  return stageOfStep[step] === 0 && stageIndex(before.step) > 0
}

/** An attempt's own steps, and those that came once it was over: a machine in LINBO sends its log again and again. */
export function splitAtArrival<Step extends { step: BootStep }>(
  steps: readonly Step[],
): { boot: Step[]; afterwards: Step[] } {
  const arrival = steps.findIndex(({ step }) => step === 'ready')
  const end = arrival < 0 ? steps.length : arrival + 1
  return { boot: steps.slice(0, end), afterwards: steps.slice(end) }
}

export interface Span {
  step: BootStep
  ok: boolean
  detail: string
  at: number
  /** Milliseconds since the attempt began. */
  offset: number
  /** Milliseconds until the next step, or until `end` for the last one. */
  duration: number
}

/**
 * The steps of an attempt as a waterfall. A step is reported when it is complete, so each one's time is what
 * passed since the step before.
 */
export function waterfall(
  startedAt: string,
  steps: readonly { at: string; step: BootStep; ok: boolean; detail: string }[],
): { total: number; spans: Span[] } {
  const start = Date.parse(startedAt)
  let previous = start
  const spans = steps.map((one) => {
    const at = Date.parse(one.at)
    const span: Span = {
      step: one.step,
      ok: one.ok,
      detail: one.detail,
      at,
      offset: Math.max(0, previous - start),
      duration: Math.max(0, at - previous),
    }
    previous = Math.max(previous, at)
    return span
  })
  return { total: Math.max(1, previous - start), spans }
}
