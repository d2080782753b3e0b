import { roleOf } from '@linbo/boot'
import type { BootStep, BusEvent } from '@linbo/bus'
import { readyAt } from './boot-phases.ts'
import type { Attempt } from './boot-timeline.ts'

const keptFiles = 150
/** Without SSH nobody tells when LINBO is ready; a file that comes this long after start.conf is no part of the boot. */
const bootMs = 10 * 60_000

/** Which step of a boot the delivery of this file is, if any. */
export function stepOfFile(event: BusEvent<'transfer.started'>): BootStep | undefined {
  if (event.direction !== 'down') return undefined
  if (event.via === 'rsync') return event.file.startsWith('start.conf.') ? 'start-conf' : undefined
  return roleOf(event.file)?.step
}

/** Whether a file that is fetched now still belongs to the boot: later come images and what else LINBO needs. */
export function isPartOfBoot(attempt: Attempt, event: BusEvent<'transfer.started'>): boolean {
  if (event.direction !== 'down' || attempt.files.length >= keptFiles) return false
  if (event.file.startsWith('images/') || readyAt(attempt) !== undefined) return false
  const configured = attempt.steps.find((one) => one.step === 'start-conf' && one.ok)
  return !configured || Date.parse(event.at) - Date.parse(configured.at) < bootMs
}

export function beginFile(
  attempt: Attempt,
  event: BusEvent<'transfer.started'>,
  step: BootStep | undefined,
): void {
  attempt.files.push({
    id: event.transfer,
    file: event.file,
    via: event.via,
    step: step ?? null,
    at: event.at,
    bytes: 0,
    sizeBytes: event.sizeBytes,
    ms: null,
    retries: null,
    result: null,
    reason: null,
  })
}

/** Notes how far a file is, or how it ended. A size that was only asked for leaves no trace. */
export function goOnWithFile(
  attempt: Attempt,
  event: BusEvent<'transfer.progress' | 'transfer.finished'>,
): void {
  const file = attempt.files.find((one) => one.id === event.transfer)
  if (!file) return
  file.bytes = event.bytes
  if (event.type === 'transfer.progress') {
    file.sizeBytes = event.sizeBytes ?? file.sizeBytes
    return
  }
  if (event.result === 'aborted' && event.bytes === 0) {
    attempt.files = attempt.files.filter((one) => one !== file)
    return
  }
  file.ms = event.ms
  file.retries = event.retries ?? null
  file.result = event.result
  file.reason = event.reason
}
