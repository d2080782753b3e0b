import type { BootCause, BootStep } from '@linbo/bus'
import type { Access } from './access.ts'
import type { Outcome } from './outcome.ts'

/** Which step of a boot a finished download is, if any. */
export function stepOf(
  access: Access,
  outcome: Outcome,
): { step: BootStep; ok: boolean; detail: string; cause?: BootCause; about?: string } | undefined {
  if (access.kind === 'onboot')
    return outcome.isDelivered ? { step: 'onboot', ok: true, detail: access.path } : undefined
  if (access.kind !== 'pass' || access.path === undefined) return undefined
  const ok = outcome.result === 'ok'
  const detail = ok || outcome.reason === null ? access.path : `${access.path}: ${outcome.reason}`
  // Without its start.conf a machine knows neither its disks nor its systems: that one is told when missing.
  if (/^start\.conf\.[^/]+$/.test(access.path)) {
    if (outcome.result !== 'missing') return { step: 'start-conf', ok, detail }
    const why = { cause: 'start-conf-missing', about: access.path } as const
    return { step: 'start-conf', ok: false, detail: `${access.path} is missing`, ...why }
  }
  if (access.path === 'linbofs64.md5' && outcome.result !== 'missing')
    return { step: 'linbo-update', ok, detail }
  return undefined
}
