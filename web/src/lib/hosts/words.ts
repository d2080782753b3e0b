import type { HostStatus } from '@linbo/bus'
import ChevronsUp from '@lucide/svelte/icons/chevrons-up'
import CircleQuestionMark from '@lucide/svelte/icons/circle-question-mark'
import Layers from '@lucide/svelte/icons/layers'
import Monitor from '@lucide/svelte/icons/monitor'
import Power from '@lucide/svelte/icons/power'
import { m } from '#lib/paraglide/messages.js'

/** Name and picture of each status; colour is never the only sign. */
export const statusWords = {
  linbo: { text: m.status_linbo, icon: Layers },
  booting: { text: m.status_booting, icon: ChevronsUp },
  os: { text: m.status_os, icon: Monitor },
  off: { text: m.status_off, icon: Power },
  unknown: { text: m.status_unknown, icon: CircleQuestionMark },
} satisfies Record<HostStatus, unknown>

/** `Windows 11` rather than `operating system`, where it is known. */
export function statusText(host: { status: HostStatus; os: string | null }): string {
  return host.status === 'os' && host.os ? host.os : statusWords[host.status].text()
}

/** How much a tile shows; the page decides by how many machines there are. */
export type TileSize = 'dense' | 'normal' | 'roomy'

export function tileSize(hosts: number): TileSize {
  if (hosts > 120) return 'dense'
  return hosts <= 12 ? 'roomy' : 'normal'
}
