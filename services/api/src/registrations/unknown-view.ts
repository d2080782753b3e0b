import { z } from '@hono/zod-openapi'
import type { BootRow, UnknownMachineRow } from '@linbo/db'
import { moment } from '../answers.ts'
import { bootState, verdictSchema, verdictView } from '../boots/boot-view.ts'
import { hardwareSchema, storedHardware } from '../client-files/hardware-view.ts'

export const unknownSchema = z
  .object({
    mac: z.string(),
    ip: z.string().nullable(),
    firmware: z.string().nullable(),
    firstAt: moment,
    lastAt: moment,
    boots: z.number().int().openapi({ description: 'how often it tried to boot' }),
    step: z.string().nullable().openapi({ description: 'what it did last on a boot' }),
    ok: z.boolean().nullable(),
    detail: z.string().nullable(),
    hidden: z.boolean(),
    boot: z
      .object({ id: z.string(), state: bootState, verdict: verdictSchema.nullable() })
      .nullable()
      .openapi({ description: 'its newest boot attempt' }),
    registration: z
      .string()
      .nullable()
      .openapi({ description: 'the registration of it that waits' }),
    hardware: hardwareSchema.nullable(),
  })
  .openapi('UnknownMachine')

export type UnknownMachine = z.infer<typeof unknownSchema>

export function unknownView(
  row: UnknownMachineRow,
  beside: {
    boot: BootRow | undefined
    registration: string | undefined
    facts: object | undefined
  },
): UnknownMachine {
  const { boot } = beside
  return {
    ...{ mac: row.mac, ip: row.ip, firmware: row.firmware, boots: row.boots },
    ...{ step: row.step, ok: row.ok, detail: row.detail, hidden: row.is_hidden },
    firstAt: row.first_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    boot: boot
      ? {
          id: boot.id,
          state: boot.state as 'booting' | 'linbo' | 'stalled',
          verdict: verdictView(boot),
        }
      : null,
    registration: beside.registration ?? null,
    hardware: storedHardware(beside.facts) ?? null,
  }
}
