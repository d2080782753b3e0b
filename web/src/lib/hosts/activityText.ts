import { stageIndex, stages } from '#lib/boots/stages.ts'
import { stageText } from '#lib/boots/words.ts'
import type { Activity } from '#lib/live/activity.ts'
import { phaseText } from '#lib/operations/words.ts'
import { m } from '#lib/paraglide/messages.js'
import type { Host } from '#lib/types.ts'
import { fileName } from '#lib/ui/format.ts'

/** What a machine is busy with, in a few words: `sync:1`, `Kernel`, `win11.qcow2`. */
export function activityText(host: Host, activity: Activity): string {
  if (activity.kind === 'operation') {
    const { phase, text, command } = activity.host
    if (phase !== 'running') return phaseText(phase)
    return text || activity.commands.split(',')[command ?? 0] || phaseText(phase)
  }
  if (activity.kind === 'transfer') return fileName(activity.transfer.file)
  const stage = stages[stageIndex(host.boot?.step ?? null)]
  return stage ? stageText(stage) : m.status_booting()
}
