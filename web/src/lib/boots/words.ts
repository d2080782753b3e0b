import type { BootStep } from '@linbo/bus'
import { m } from '#lib/paraglide/messages.js'
import type { BootPhase } from '#lib/resources.ts'
import type { Stage } from './stages.ts'

const stageWords: Record<Stage, () => string> = {
  network: m.stage_network,
  loader: m.stage_loader,
  kernel: m.stage_kernel,
  address: m.stage_address,
  configuration: m.stage_configuration,
}

export function stageText(stage: Stage): string {
  return stageWords[stage]()
}

const phaseWords: Record<BootPhase, () => string> = {
  network: m.phase_network,
  loader: m.phase_loader,
  kernel: m.phase_kernel,
  linux: m.phase_linux,
  address: m.phase_address,
  configuration: m.phase_configuration,
}

export function phaseText(phase: BootPhase): string {
  return phaseWords[phase]()
}

const stepWords: Record<BootStep, () => string> = {
  'firmware-discover': m.step_firmware_discover,
  'firmware-offer': m.step_firmware_offer,
  'firmware-ack': m.step_firmware_ack,
  'boot-file': m.step_boot_file,
  'grub-config': m.step_grub_config,
  kernel: m.step_kernel,
  initramfs: m.step_initramfs,
  'linbo-discover': m.step_linbo_discover,
  'linbo-offer': m.step_linbo_offer,
  'linbo-ack': m.step_linbo_ack,
  'start-conf': m.step_start_conf,
  'linbo-update': m.step_linbo_update,
  onboot: m.step_onboot,
  log: m.step_log,
  ready: m.step_ready,
  os: m.step_os,
}

export function stepText(step: BootStep): string {
  return stepWords[step]?.() ?? step
}
