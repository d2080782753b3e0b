import type { HostRow, RegistrationRow } from '@linbo/db'
import { parseIpv4 } from '@linbo/formats'

type Known = Pick<HostRow, 'hostname' | 'room' | 'group' | 'ip'>

export interface Proposal {
  hostname: string
  room: string
  group: string
  /** Null when the room's hosts have no fixed addresses, or none is free behind them. */
  ip: string | null
}

/**
 * Counts on from the hosts of a room, as LINBO's own registration does: the next free number of the names most of them
 * have, the next free address, the group most of them are in.
 * @param wanted room and group, when they are known; else those of the newest host
 * @returns undefined when there is nothing to count on from
 */
export function proposeHost(
  hosts: (Known & Pick<HostRow, 'created_at'>)[],
  pending: Pick<RegistrationRow, 'hostname' | 'ip' | 'room' | 'group'>[],
  wanted: { room?: string | undefined; group?: string | undefined },
): Proposal | undefined {
  const newest = hosts.reduce<(typeof hosts)[number] | undefined>(
    (best, one) => (best && best.created_at >= one.created_at ? best : one),
    undefined,
  )
  const room = wanted.room ?? newest?.room
  if (room === undefined) return undefined
  const neighbours: Known[] = [...hosts, ...pending].filter((one) => one.room === room)
  const group = wanted.group ?? mostOf(neighbours.map((one) => one.group)) ?? newest?.group
  if (group === undefined) return undefined
  const names = new Set([...hosts, ...pending].map((one) => one.hostname))
  const addresses = new Set([...hosts, ...pending].flatMap((one) => one.ip ?? []))
  return {
    hostname: nextName(room, neighbours, names),
    room,
    group,
    ip: nextAddress(neighbours, addresses),
  }
}

function nextName(room: string, neighbours: Known[], taken: ReadonlySet<string>): string {
  const numbered = neighbours.flatMap(({ hostname }) => {
    const [, stem, digits] = /^(.*?)(\d{1,6})$/.exec(hostname) ?? []
    return stem === undefined || digits === undefined ? [] : [{ stem, digits }]
  })
  const stem = mostOf(numbered.map((one) => one.stem)) ?? `${room.toLowerCase()}-pc`
  const known = numbered.filter((one) => one.stem === stem)
  const width = Math.max(2, ...known.map((one) => one.digits.length))
  let number = Math.max(0, ...known.map((one) => Number(one.digits)))
  for (;;) {
    const name = `${stem}${String(++number).padStart(width, '0')}`
    if (!taken.has(name)) return name
  }
}

function nextAddress(neighbours: Known[], taken: ReadonlySet<string>): string | null {
  const parsed = neighbours.flatMap(({ ip }) => {
    const parts = ip === null ? undefined : parseIpv4(ip)
    return parts ? [parts] : []
  })
  if (parsed.length === 0) return null
  const highest = parsed.reduce((best, one) => (numberOf(one) > numberOf(best) ? one : best))
  for (let last = highest[3] + 1; last <= 254; last++) {
    const ip = [...highest.slice(0, 3), last].join('.')
    if (!taken.has(ip)) return ip
  }
  return null
}

const numberOf = (parts: readonly number[]) => parts.reduce((sum, part) => sum * 256 + part, 0)

/** What comes most often; the first of several. */
function mostOf(values: string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  let best: string | undefined
  for (const [value, count] of counts)
    if (best === undefined || count > (counts.get(best) ?? 0)) best = value
  return best
}
