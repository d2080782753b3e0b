import type { HostStatus } from '@linbo/bus'
import type { Attempt } from '../boots/boot-timeline.ts'

/** What is stored under `host:<hostname>`. */
export interface StoredStatus {
  status: HostStatus
  /** Name of the operating system, when it is known which one was started. */
  os: string | null
  /** ISO 8601: since when. */
  at: string
  ip: string | null
}

const dayMs = 24 * 60 * 60_000

/** How long a status is believed without news, in milliseconds. */
export const statusTtlMs: Record<HostStatus, number> = {
  booting: 10 * 60_000,
  linbo: dayMs,
  os: dayMs,
  off: dayMs,
  unknown: 0,
}

export const hostKey = (hostname: string) => `host:${hostname}`

/** What a boot attempt says about its host after a step. */
export function statusOfAttempt(attempt: Attempt): HostStatus {
  return attempt.state === 'linbo' ? 'linbo' : 'booting'
}

/**
 * What a host does after the commands of an operation are done: the last one that ends LINBO decides.
 * @returns undefined when the host stays in LINBO.
 */
export function statusAfterCommands(
  commands: { name: string; number?: number | undefined }[],
): { status: 'os'; number: number } | { status: 'booting' } | { status: 'off' } | undefined {
  const last = commands.findLast(({ name }) => ['start', 'reboot', 'halt'].includes(name))
  if (last?.name === 'start' && last.number !== undefined) {
    return { status: 'os', number: last.number }
  }
  if (last?.name === 'reboot') return { status: 'booting' }
  return last?.name === 'halt' ? { status: 'off' } : undefined
}

/** Whether somebody who watches should hear of this. */
export function isNews(before: StoredStatus | undefined, now: StoredStatus): boolean {
  return before?.status !== now.status || before.os !== now.os
}
