import type { BootStep } from '@linbo/bus'
import type { BootState } from '../resources.ts'

/** The five stages people see; a machine that is past the last one has arrived in LINBO. */
export const stages = ['network', 'loader', 'kernel', 'address', 'configuration'] as const
export type Stage = (typeof stages)[number]

const stageOfStep: Record<BootStep, number> = {
  'firmware-discover': 0,
  'firmware-offer': 0,
  'firmware-ack': 0,
  'boot-file': 1,
  'grub-config': 1,
  kernel: 2,
  initramfs: 2,
  'linbo-discover': 3,
  'linbo-offer': 3,
  'linbo-ack': 3,
  'start-conf': 4,
  'linbo-update': 4,
  onboot: 4,
  log: 4,
  ready: 5,
  os: 5,
}

/** Index into `stages`; `stages.length` once the machine is ready. */
export function stageIndex(step: BootStep | null): number {
  return step === null ? 0 : (stageOfStep[step] ?? 0)
}

const order: BootStep[] = [
  'firmware-discover',
  'firmware-offer',
  'firmware-ack',
  'boot-file',
  'grub-config',
  'kernel',
  'initramfs',
  'linbo-discover',
  'linbo-offer',
  'linbo-ack',
  'start-conf',
  'linbo-update',
  'onboot',
  'log',
  'ready',
  'os',
]

/** How much of the boot is behind this step, 0–100. */
export function bootPercent(step: BootStep | null): number {
  if (step === null) return 0
  const whole = order.indexOf('ready') + 1
  return Math.min(100, Math.round((100 * (order.indexOf(step) + 1)) / whole))
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
  // GRUB may hand over to iPXE, which asks for an address of its own.
  return stageOfStep[step] === 0 && stageIndex(before.step) > 1
}
