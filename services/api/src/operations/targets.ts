import type { HostRow, LeaseRow } from '@linbo/db'
import type { Command } from '@linbo/formats'
import { commandFacts, printCommand } from '@linbo/formats'
import type { ProblemCode } from '../errors.ts'

/** Which hosts an operation is for, as `linbo-remote` selects them. */
export interface Targets {
  /** Host names or addresses. */
  hosts?: string[] | undefined
  group?: string | undefined
  room?: string | undefined
  /** Alone: the whole school; otherwise only its hosts. */
  school?: string | undefined
}

export type Resolved =
  | { kind: 'hosts'; hostnames: string[] }
  | { kind: 'refuse'; code: ProblemCode; reason: string; fix: string }

/** The hosts that are meant: those with PXE flag 1 or 2, because only they run LINBO. */
export function resolveTargets(
  targets: Targets,
  commands: Command[],
  hosts: HostRow[],
  leases: LeaseRow[],
): Resolved {
  const { hosts: named, group, room, school } = targets
  const chosen = [named && 'hosts', group && 'group', room && 'room'].filter(Boolean)
  if (chosen.length > 1) {
    const reason = `${chosen.join(' and ')} cannot be combined`
    return refuse('TARGETS_INVALID', reason, 'Name hosts, or one group, or one room.')
  }
  if (chosen.length === 0 && !school) {
    const fix = 'Name hosts, a group, a room or a school.'
    return refuse('TARGETS_INVALID', 'there are no targets', fix)
  }
  const single = commands.find((command) => commandFacts[command.name].singleHost)
  if (single && new Set(named).size !== 1) {
    const reason = `${printCommand(single)} writes an image, which one host alone can do`
    return refuse('TARGETS_INVALID', reason, 'Name exactly one host.')
  }
  const inSchool = school ? hosts.filter((host) => host.school === school) : hosts
  return named ? byName(named, inSchool, leases) : byColumn({ group, room, school }, inSchool)
}

function byName(named: string[], hosts: HostRow[], leases: LeaseRow[]): Resolved {
  const macByIp = new Map(leases.map((lease) => [lease.ip, lease.mac]))
  const find = (name: string) =>
    hosts.find((host) => host.hostname === name.toLowerCase() || host.ip === name) ??
    hosts.find((host) => host.mac === macByIp.get(name))
  const found = named.map((name) => ({ name, host: find(name) }))
  const unknown = found.filter(({ host }) => !host).map(({ name }) => name)
  if (unknown.length > 0) {
    const reason = `unknown hosts: ${unknown.join(', ')}`
    return refuse('TARGETS_UNKNOWN', reason, 'GET /api/v1/hosts lists the hosts there are.')
  }
  const without = found.filter(({ host }) => host && !bootsLinbo(host)).map(({ name }) => name)
  if (without.length > 0) {
    const reason = `not PXE hosts: ${without.join(', ')}`
    return refuse('TARGETS_INVALID', reason, 'Set their PXE flag to 1.')
  }
  const hostnames = found.flatMap(({ host }) => (host ? [host.hostname] : []))
  if (hostnames.length === 0) {
    return refuse('TARGETS_INVALID', 'the list of hosts is empty', 'Name at least one host.')
  }
  return { kind: 'hosts', hostnames: [...new Set(hostnames)] }
}

function byColumn({ group, room, school }: Omit<Targets, 'hosts'>, hosts: HostRow[]): Resolved {
  const hostnames = hosts
    .filter((host) => (!group || host.group === group) && (!room || host.room === room))
    .filter(bootsLinbo)
    .map((host) => host.hostname)
  if (hostnames.length > 0) return { kind: 'hosts', hostnames }
  const where = group ? `group ${group}` : room ? `room ${room}` : `school ${school}`
  const fix = 'GET /api/v1/hosts lists the hosts with their groups and rooms.'
  return refuse('TARGETS_UNKNOWN', `${where} has no PXE hosts`, fix)
}

function bootsLinbo(host: HostRow): boolean {
  return host.pxe === 1 || host.pxe === 2
}

function refuse(code: ProblemCode, reason: string, fix: string): Resolved {
  return { kind: 'refuse', code, reason, fix }
}
