import type { State } from '@linbo/bus'
import { hostKey, type StoredStatus } from './host-status.ts'

/** The status of every host that has one, by host name. */
export async function readStatuses(state: State): Promise<Map<string, StoredStatus>> {
  const found = await state.list<StoredStatus>(hostKey(''))
  return new Map([...found].map(([key, stored]) => [key.slice(hostKey('').length), stored]))
}

/** How many of these hosts have each status; a host without news counts as `unknown`. */
export function countStatuses(
  hostnames: string[],
  statuses: Map<string, StoredStatus>,
): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const hostname of hostnames) {
    const status = statuses.get(hostname)?.status ?? 'unknown'
    counts[status] = (counts[status] ?? 0) + 1
  }
  return counts
}
