import { z } from '@hono/zod-openapi'
import type { HostStatus } from '@linbo/bus'
import type { BootRow, HostRow } from '@linbo/db'
import { moment } from '../answers.ts'
import { bootState, verdictSchema, verdictView } from '../boots/boot-view.ts'
import type { StoredStatus } from './host-status.ts'

const statuses = ['off', 'booting', 'linbo', 'os', 'unknown'] as const satisfies HostStatus[]
export const hostStatus = z.enum(statuses)

export const hostSchema = z
  .object({
    hostname: z.string(),
    mac: z.string(),
    ip: z.string().nullable(),
    group: z.string(),
    room: z.string(),
    school: z.string(),
    pxe: z.number().int(),
    role: z.string(),
    comment: z.string(),
    officeKey: z.string(),
    windowsKey: z.string(),
    dhcpOptions: z.string().openapi({ description: 'ISC dhcpd statements, comma separated' }),
    reserved: z
      .array(z.string())
      .openapi({ description: 'columns 10, 12, 13, 14 of devices.csv and those after 15' }),
    status: hostStatus,
    os: z.string().nullable().openapi({ description: 'the operating system, when it is known' }),
    statusAt: moment.nullable(),
    boot: z
      .object({
        id: z.string(),
        state: bootState,
        step: z.string().nullable(),
        detail: z.string().nullable(),
        startedAt: moment,
        lastAt: moment,
        verdict: verdictSchema.nullable(),
      })
      .nullable()
      .openapi({ description: 'the newest boot attempt' }),
  })
  .openapi('Host')

export type HostView = z.infer<typeof hostSchema>

/** A host as the API tells it. */
export function hostView(
  row: HostRow,
  stored: StoredStatus | undefined,
  boot: BootRow | undefined,
): HostView {
  return {
    hostname: row.hostname,
    mac: row.mac,
    ip: row.ip,
    group: row.group,
    room: row.room,
    school: row.school,
    pxe: row.pxe,
    role: row.role,
    comment: row.comment,
    officeKey: row.office_key,
    windowsKey: row.windows_key,
    dhcpOptions: row.dhcp_options,
    reserved: row.reserved,
    status: stored?.status ?? 'unknown',
    os: stored?.os ?? null,
    statusAt: stored?.at ?? null,
    boot: boot ? bootSummary(boot) : null,
  }
}

function bootSummary(boot: BootRow): NonNullable<HostView['boot']> {
  const last = boot.steps.at(-1)
  return {
    id: boot.id,
    state: boot.state as 'booting' | 'linbo' | 'stalled',
    step: last?.step ?? null,
    detail: last?.detail ?? null,
    startedAt: boot.started_at.toISOString(),
    lastAt: boot.last_at.toISOString(),
    verdict: verdictView(boot),
  }
}
