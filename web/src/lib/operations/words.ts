import type { HostPhase, OperationState } from '@linbo/bus'
import type { CommandName } from '@linbo/formats'
import { m } from '#lib/paraglide/messages.js'
import type { Operation } from '#lib/resources.ts'

/** What an operation does, in one line: its commands, or what it does without any. */
export function operationTitle({
  commands,
  options,
}: Pick<Operation, 'commands' | 'options'>): string {
  return commands.replaceAll(',', ', ') || (options.wake ? m.preset_wake() : m.options_only())
}

const phases: Record<HostPhase, () => string> = {
  waiting: m.phase_waiting,
  waking: m.phase_waking,
  booting: m.phase_booting,
  connecting: m.phase_connecting,
  running: m.phase_running,
  done: m.phase_done,
  failed: m.phase_failed,
  offline: m.phase_offline,
  cancelled: m.phase_cancelled,
  interrupted: m.phase_interrupted,
}

export function phaseText(phase: HostPhase): string {
  return phases[phase]?.() ?? phase
}

const states: Record<OperationState, () => string> = {
  queued: m.state_queued,
  running: m.state_running,
  done: m.phase_done,
  failed: m.phase_failed,
  cancelled: m.phase_cancelled,
  interrupted: m.phase_interrupted,
}

export function stateText(state: OperationState): string {
  return states[state]?.() ?? state
}

const tones: Record<HostPhase | OperationState, string> = {
  queued: 'plain',
  waiting: 'plain',
  waking: 'booting',
  booting: 'booting',
  connecting: 'accent',
  running: 'accent',
  done: 'good',
  failed: 'bad',
  offline: 'bad',
  cancelled: 'plain',
  interrupted: 'bad',
}

export function tone(word: HostPhase | OperationState): string {
  return tones[word] ?? 'plain'
}

interface Explained {
  os: string
  number: number
}
const explanations: Record<CommandName, (part: Explained) => string> = {
  partition: m.explain_partition,
  label: m.explain_label,
  format: ({ number }) => (number > 0 ? m.explain_format_one({ number }) : m.explain_format()),
  initcache: m.explain_initcache,
  sync: m.explain_sync,
  new: m.explain_new,
  postsync: m.explain_postsync,
  prestart: m.explain_prestart,
  start: m.explain_start,
  create_image: m.explain_create_image,
  create_qdiff: m.explain_create_qdiff,
  upload_image: m.explain_upload_image,
  upload_qdiff: m.explain_upload_qdiff,
  reboot: m.explain_reboot,
  halt: m.explain_halt,
}

/** One sentence about what a command does to a machine. */
export function explain(name: CommandName, number: number | undefined, osName: string): string {
  return explanations[name]({ os: osName || String(number ?? 1), number: number ?? 0 })
}
