import type { BootStep } from '@linbo/bus'
import { m } from '#lib/paraglide/messages.js'
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

const stepWords: Record<BootStep, () => string> = {
  'firmware-offer': m.step_firmware_offer,
  'firmware-ack': m.step_firmware_ack,
  'boot-file': m.step_boot_file,
  'grub-config': m.step_grub_config,
  kernel: m.step_kernel,
  initramfs: m.step_initramfs,
  'linbo-offer': m.step_linbo_offer,
  'linbo-ack': m.step_linbo_ack,
  'start-conf': m.step_start_conf,
  'linbo-update': m.step_linbo_update,
  onboot: m.step_onboot,
  log: m.step_log,
  ready: m.step_ready,
}

export function stepText(step: BootStep): string {
  return stepWords[step]?.() ?? step
}
