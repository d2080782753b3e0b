import { z } from '@hono/zod-openapi'
import type { OperationHostRow, OperationRow } from '@linbo/db'
import { moment, toIso } from '../answers.ts'

const phases = [
  'waiting',
  'waking',
  'booting',
  'connecting',
  'running',
  'done',
  'failed',
  'offline',
  'cancelled',
  'interrupted',
] as const
export const operationState = z.enum([
  'queued',
  'running',
  'done',
  'failed',
  'cancelled',
  'interrupted',
])

/** How the commands are brought to the hosts. */
export const operationOptions = z
  .strictObject({
    when: z.enum(['now', 'next-boot']).default('now').openapi({
      description: 'over SSH now, or by a command file that the host runs at its next boot',
    }),
    wake: z
      .strictObject({
        waitSeconds: z.number().int().min(0).max(3600).default(0),
        betweenSeconds: z.number().min(0).max(600).default(0),
        broadcast: z
          .boolean()
          .default(false)
          .openapi({ description: "also to the subnet's broadcast address" }),
      })
      .optional()
      .openapi({ description: 'wake the hosts first' }),
    noauto: z
      .boolean()
      .optional()
      .openapi({ description: 'no automatic functions at the next boot' }),
    disableGui: z.boolean().optional().openapi({ description: 'no GUI at the next boot' }),
  })
  .openapi('OperationOptions')

export const newOperation = z
  .strictObject({
    commands: z.string().max(2000).openapi({
      description: 'may be empty with options that need none',
      example: 'sync:1,start:1',
    }),
    targets: z.strictObject({
      hosts: z.array(z.string().min(1).max(63)).max(10_000).optional(),
      group: z.string().optional(),
      room: z.string().optional(),
      school: z.string().optional(),
    }),
    options: operationOptions.default({ when: 'now' }),
  })
  .openapi('NewOperation')

export const operationSchema = z
  .object({
    id: z.string(),
    state: operationState,
    commands: z.string(),
    options: operationOptions,
    createdBy: z.string(),
    createdAt: moment,
    startedAt: moment.nullable(),
    finishedAt: moment.nullable(),
    hosts: z.array(
      z.object({
        hostname: z.string(),
        phase: z.enum(phases),
        command: z
          .number()
          .int()
          .nullable()
          .openapi({ description: 'index of the command, from 0' }),
        percent: z.number().nullable(),
        text: z.string(),
        reason: z.string().nullable(),
        exitCode: z.number().int().nullable(),
        startedAt: moment.nullable(),
        finishedAt: moment.nullable(),
      }),
    ),
  })
  .openapi('Operation')

export type OperationView = z.infer<typeof operationSchema>

/** An operation as the API tells it. */
export function operationView(row: OperationRow, hosts: OperationHostRow[]): OperationView {
  return {
    id: row.id,
    state: row.state as OperationView['state'],
    commands: row.commands,
    options: row.options as OperationView['options'],
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    startedAt: toIso(row.started_at),
    finishedAt: toIso(row.finished_at),
    hosts: hosts.map((host) => ({
      hostname: host.hostname,
      phase: host.phase as (typeof phases)[number],
      command: host.command_index,
      percent: host.percent,
      text: host.text,
      reason: host.reason,
      exitCode: host.exit_code,
      startedAt: toIso(host.started_at),
      finishedAt: toIso(host.finished_at),
    })),
  }
}
