import { activityText } from '#lib/hosts/activityText.ts'
import { live } from '#lib/live/live.svelte.ts'
import type { Operation, OperationHost } from '#lib/resources.ts'
import { phaseText } from './words.ts'

/** How far one host is in an operation, and with what; its running transfer tells where the client does not. */
export function hostProgress(
  operation: Pick<Operation, 'id'>,
  part: OperationHost,
): { percent: number | null; text: string } {
  const view = live.hosts.get(part.hostname)
  const activity = view?.activity
  if (view && activity?.kind === 'operation' && activity.operation === operation.id) {
    return { percent: activity.percent, text: activityText(view.host, activity) }
  }
  const text = (part.phase === 'running' && part.text) || phaseText(part.phase)
  return { percent: part.percent, text }
}
