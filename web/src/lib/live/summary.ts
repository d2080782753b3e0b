import type { HostStatus } from '@linbo/bus'
import type { Host, Status, Transfer } from '../resources.ts'
import { natural } from '../ui/format.ts'

export interface Room {
  name: string
  school: string
  /** Names of its hosts, in reading order. */
  hosts: string[]
}

export function countStatuses(hosts: Iterable<Host>): Record<HostStatus, number> {
  const counts = { linbo: 0, booting: 0, os: 0, off: 0, unknown: 0 }
  for (const host of hosts) counts[host.status] += 1
  return counts
}

/** Rooms by school and name; a room of the same name in two schools is two rooms. */
export function groupIntoRooms(hosts: readonly Host[]): Room[] {
  const rooms = new Map<string, Room>()
  for (const { hostname, room: name, school } of hosts) {
    const key = `${school}\n${name}`
    const room = rooms.get(key) ?? { name, school, hosts: [] }
    room.hosts.push(hostname)
    rooms.set(key, room)
  }
  for (const room of rooms.values()) room.hosts.sort(natural)
  return [...rooms.values()].sort((a, b) => natural(a.school, b.school) || natural(a.name, b.name))
}

/** Bytes per second of everything that runs. */
export function totalRate(transfers: Iterable<Transfer>): number {
  let sum = 0
  for (const one of transfers) if (one.result === null) sum += one.bytesPerSecond ?? 0
  return sum
}

/** The folder whose files machines get; the bare name of its setting until a service has told. */
export function linboDir(status: Status | null): string {
  const roots = (status?.services ?? []).map((one) => one.facts?.root)
  return roots.find((root) => typeof root === 'string') ?? 'LINBO_DIR'
}
