import { z } from '@hono/zod-openapi'
import type { HostRow, RegistrationRow } from '@linbo/db'
import { moment, toIso } from '../answers.ts'

export const registrationStates = ['pending', 'approved', 'rejected', 'duplicate'] as const

const conflictSchema = z.object({
  field: z.enum(['hostname', 'mac', 'ip']),
  value: z.string(),
  host: z.string().nullable().openapi({ description: 'the host that has it' }),
  registration: z.string().nullable().openapi({ description: 'the other one that wants it' }),
})

export const registrationSchema = z
  .object({
    id: z.string(),
    state: z.enum(registrationStates),
    hostname: z.string(),
    mac: z.string(),
    ip: z.string().nullable().openapi({ description: 'null: the address comes from the pool' }),
    room: z.string(),
    group: z.string(),
    role: z.string(),
    pxe: z.number().int(),
    raw: z.string().openapi({ description: 'the line as it came' }),
    from: z.string().nullable().openapi({ description: 'the address it asked from' }),
    at: moment,
    lastAt: moment,
    times: z.number().int(),
    reason: z.string().nullable(),
    decidedBy: z.string().nullable(),
    decidedAt: moment.nullable(),
    conflicts: z
      .array(conflictSchema)
      .openapi({ description: 'why it cannot be approved as it is; empty once it is decided' }),
    hasStartConf: z.boolean().openapi({ description: 'whether its group has a start.conf' }),
  })
  .openapi('Registration')

export type RegistrationView = z.infer<typeof registrationSchema>

/** What registrations are looked at beside. */
export interface Surroundings {
  hosts: HostRow[]
  /** The registrations that wait. */
  pending: RegistrationRow[]
  /** The groups that have a start.conf. */
  groups: ReadonlySet<string>
}

export function registrationView(row: RegistrationRow, around: Surroundings): RegistrationView {
  return {
    ...{ id: row.id, state: row.state, hostname: row.hostname, mac: row.mac, ip: row.ip },
    ...{ room: row.room, group: row.group, role: row.role, pxe: row.pxe },
    ...{ raw: row.raw, from: row.from_ip, times: row.times, reason: row.reason },
    at: row.at.toISOString(),
    lastAt: row.updated_at.toISOString(),
    decidedBy: row.decided_by,
    decidedAt: toIso(row.decided_at),
    conflicts: row.state === 'pending' ? conflictsOf(row, around) : [],
    hasStartConf: around.groups.has(row.group),
  }
}

function conflictsOf(row: RegistrationRow, { hosts, pending }: Surroundings) {
  const conflicts: RegistrationView['conflicts'] = []
  for (const field of ['hostname', 'mac', 'ip'] as const) {
    const value = row[field]
    if (value === null) continue
    const host = hosts.find((one) => one[field] === value && !isSameHost(one, row))
    const other = pending.find((one) => one.id !== row.id && one[field] === value)
    if (host) conflicts.push({ field, value, host: host.hostname, registration: null })
    else if (other) conflicts.push({ field, value, host: null, registration: other.id })
  }
  return conflicts
}

/** Such a host may keep its address, and get another room or group. */
function isSameHost(host: HostRow, row: RegistrationRow): boolean {
  return host.hostname === row.hostname && host.mac === row.mac
}
