import type { HostStatus } from '@linbo/bus'
import type { Host } from '../resources.ts'
import { natural } from '../ui/format.ts'

export type SortKey = 'hostname' | 'status' | 'room' | 'group' | 'ip' | 'statusAt'

export interface HostFilter {
  text: string
  room: string
  group: string
  status: HostStatus | ''
}

export function emptyFilter(): HostFilter {
  return { text: '', room: '', group: '', status: '' }
}

/** The hosts a filter lets through; every word of the text has to be found somewhere. */
export function filterHosts(hosts: Iterable<Host>, filter: HostFilter): Host[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  const list: Host[] = []
  for (const host of hosts) {
    if (filter.room && host.room !== filter.room) continue
    if (filter.group && host.group !== filter.group) continue
    if (filter.status && host.status !== filter.status) continue
    const text = `${host.hostname} ${host.mac} ${host.ip ?? ''} ${host.comment} ${host.os ?? ''}`
    const all = text.toLowerCase()
    if (words.every((word) => all.includes(word))) list.push(host)
  }
  return list
}

const rank: Record<HostStatus, number> = { booting: 0, linbo: 1, os: 2, unknown: 3, off: 4 }

export function sortHosts(hosts: readonly Host[], key: SortKey, isDown: boolean): Host[] {
  const compare = (a: Host, b: Host): number => {
    if (key === 'status') return rank[a.status] - rank[b.status]
    if (key === 'statusAt') return (b.statusAt ?? '').localeCompare(a.statusAt ?? '')
    return natural(a[key] ?? '', b[key] ?? '')
  }
  const sign = isDown ? -1 : 1
  return [...hosts].sort((a, b) => sign * compare(a, b) || natural(a.hostname, b.hostname))
}
