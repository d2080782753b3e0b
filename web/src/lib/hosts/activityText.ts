import { stageIndex, stages } from '#lib/boots/stages.ts'
import { stageText } from '#lib/boots/words.ts'
import type { Activity } from '#lib/live/activity.ts'
import { phaseText } from '#lib/operations/words.ts'
import { m } from '#lib/paraglide/messages.js'
import type { Host } from '#lib/resources.ts'
import { fileName } from '#lib/ui/format.ts'

/**
 * What a machine is busy with: the client's own words, `Kernel`, `win11.qcow2`. While an image comes and the client
 * does not tell how far it is, its last words are old news and the image's name is not.
 */
export function activityText(host: Host, activity: Activity): string {
  if (activity.kind === 'operation' && activity.transfer && activity.host.percent === null) {
    return fileName(activity.transfer.file)
  }
  const isTelling = activity.kind === 'operation' && activity.host.phase === 'running'
  return (isTelling && activity.host.text) || activityShort(host, activity)
}

/** The same in one word or two, for a tile: `sync:1`. */
export function activityShort(host: Host, activity: Activity): string {
  if (activity.kind === 'operation') {
    const { phase, command } = activity.host
    const running = phase === 'running' && activity.commands.split(',')[command ?? 0]
    return running || phaseText(phase)
  }
  if (activity.kind === 'transfer') return fileName(activity.transfer.file)
  const stage = stages[stageIndex(host.boot?.step ?? null)]
  return stage ? stageText(stage) : m.status_booting()
}
