import { z } from '@hono/zod-openapi'
import type { BootRow, StoredBootFile, StoredBootStep } from '@linbo/db'
import { moment } from '../answers.ts'
import type { Progress } from '../live/live-transfers.ts'
import { type BootPhase, phaseOfStep, phases, phaseTimes } from './boot-phases.ts'
import type { Usual } from './boot-usual.ts'
import { severityOf } from './boot-verdict.ts'
import { verdictWords } from './boot-verdict-words.ts'

export const bootState = z
  .enum(['booting', 'linbo', 'stalled'])
  .openapi({ description: 'linbo: it arrived; stalled: it went quiet before' })

export const verdictSchema = z
  .object({
    code: z.string().openapi({ example: 'packet-loss', description: 'stable, for programs' }),
    severity: z
      .enum(['error', 'warning'])
      .openapi({ description: 'warning: it boots all the same' }),
    title: z.string(),
    lastSeen: z.string().openapi({ description: 'the last sign of the machine' }),
    likelyCause: z.string(),
    whatToDo: z.array(z.string()),
    facts: z
      .record(z.string(), z.union([z.string(), z.number()]))
      .openapi({ description: 'names and numbers the sentences are made of' }),
  })
  .openapi('BootVerdict')

export type VerdictView = z.infer<typeof verdictSchema>

const fileSchema = z.object({
  id: z.string().openapi({ description: 'of the transfer' }),
  file: z.string(),
  via: z.string(),
  step: z.string().nullable(),
  phase: z.enum(phases),
  at: moment,
  bytes: z.number(),
  sizeBytes: z.number().nullable(),
  ms: z.number().nullable().openapi({ description: 'null while it runs' }),
  retries: z
    .number()
    .int()
    .nullable()
    .openapi({ description: 'how often something had to be sent again; only TFTP can tell' }),
  result: z.string().nullable(),
  reason: z.string().nullable(),
})

export const bootSchema = z
  .object({
    id: z.string(),
    host: z.string().nullable(),
    mac: z.string().nullable(),
    ip: z.string().nullable(),
    firmware: z.string().nullable(),
    room: z.string().nullable(),
    group: z.string().nullable(),
    state: bootState,
    startedAt: moment,
    lastAt: moment,
    steps: z.array(
      z.object({
        at: moment,
        step: z.string(),
        phase: z.enum(phases),
        ok: z.boolean(),
        detail: z.string(),
        transfer: z
          .string()
          .nullable()
          .openapi({ description: 'the one of `files` whose end it tells' }),
        cause: z.string().nullable().openapi({ description: 'why it failed' }),
        about: z.string().nullable(),
        times: z.number().int().openapi({ description: 'how often on end' }),
      }),
    ),
    files: z.array(fileSchema),
    phases: z.array(
      z.object({
        phase: z.enum(phases),
        startMs: z.number(),
        ms: z.number(),
        isOpen: z.boolean().openapi({ description: 'the boot has not come through it yet' }),
        usualMs: z
          .number()
          .nullable()
          .openapi({ description: 'median of earlier boots; only in GET /boots/{id}' }),
      }),
    ),
    usual: z
      .object({ of: z.enum(['room', 'group', 'all']), boots: z.number().int() })
      .nullable()
      .openapi({ description: 'which earlier boots usualMs is from; only in GET /boots/{id}' }),
    verdict: verdictSchema.nullable(),
  })
  .openapi('Boot')

export type BootView = z.infer<typeof bootSchema>

/**
 * A boot attempt as the API tells it.
 * @param progress finds how far a file is that is being fetched now.
 */
export function bootView(
  row: BootRow,
  progress: (transfer: string) => Progress | undefined,
  usual?: Usual,
): BootView {
  const files = row.files.map((file) => {
    const live = file.result === null ? progress(file.id) : undefined
    return { ...file, bytes: live?.bytes ?? file.bytes }
  })
  const traces = {
    startedAt: row.started_at.getTime(),
    lastAt: row.last_at.getTime(),
    steps: row.steps,
    files,
  }
  const times = phaseTimes(traces)
  const phaseAt = (at: string): BootPhase => {
    const ms = Date.parse(at) - traces.startedAt
    return times.findLast((one) => one.startMs <= ms)?.phase ?? 'loader'
  }
  return {
    id: row.id,
    host: row.hostname,
    mac: row.mac,
    ip: row.ip,
    firmware: row.firmware,
    room: row.room,
    group: row.group,
    state: row.state as BootView['state'],
    startedAt: row.started_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    steps: row.steps.map((step) => ({
      at: step.at,
      step: step.step,
      phase: phaseOfStep(step.step),
      ok: step.ok,
      detail: step.detail,
      transfer: transferOf(step, files),
      cause: step.cause ?? null,
      about: step.about ?? null,
      times: step.times ?? 1,
    })),
    files: files.map((file) => ({
      ...file,
      phase: file.step ? phaseOfStep(file.step) : phaseAt(file.at),
    })),
    phases: times.map((one) => ({ ...one, usualMs: usual?.phases[one.phase] ?? null })),
    usual: usual ? { of: usual.of, boots: usual.boots } : null,
    verdict: verdictView(row),
  }
}

function transferOf(step: StoredBootStep, files: readonly StoredBootFile[]): string | null {
  const file = files.find(
    (one) =>
      one.step === step.step &&
      (one.result === 'ok') === step.ok &&
      step.detail.startsWith(one.file),
  )
  return file?.id ?? null
}

/** The verdict on a boot in words, or null. */
export function verdictView(row: BootRow): VerdictView | null {
  if (!row.verdict) return null
  const { code, facts } = row.verdict
  return {
    code,
    severity: severityOf(row.state, code),
    ...verdictWords(row.verdict),
    lastSeen: lastSeen(row),
    facts,
  }
}

function lastSeen({ steps, files, last_at }: BootRow): string {
  const at = `${last_at.toISOString().slice(11, 19)} UTC`
  const running = files.findLast((file) => file.step && file.result !== 'ok' && file.bytes > 0)
  const last = steps.at(-1)
  if (running && (!last || running.at >= last.at)) {
    const size = running.sizeBytes === null ? '' : ` of ${running.sizeBytes}`
    return `${at}: ${running.file}, ${running.bytes}${size} bytes sent`
  }
  if (!last) return at
  const again = last.times === undefined ? '' : ` (${last.times} times)`
  return `${at}: ${last.step}${again}: ${last.detail}`
}
