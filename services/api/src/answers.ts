import { z } from '@hono/zod-openapi'
import { progressType } from './http/progress-answer.ts'

/** The answer of a route in the OpenAPI document. */
export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

/** The answer of a route that tells its progress (`progress-answer.ts`); `result` says what the last line holds. */
export function progressLines(result: string) {
  // A type of our own name, because answers of JSON types are checked as one value.
  const type: string = progressType
  return {
    description: `Lines of progress, { step, percent }, and { result } or { problem } as the last one. The result: ${result}`,
    content: { [type]: { schema: z.string() } },
  }
}

/** A JSON body that has to be there. */
export function jsonBody<T extends z.ZodType>(schema: T) {
  return { required: true, content: { 'application/json': { schema } } }
}

/** One page of a list; `next` is the cursor of the page after it. */
export function page<T extends z.ZodType>(schema: T) {
  return z.object({ items: z.array(schema), next: z.string().nullable() })
}

/** The query of a list that comes in pages. */
export const paging = {
  cursor: z.string().max(200).optional().openapi({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
}

/** A moment, ISO 8601 in UTC. */
export const moment = z.string().openapi({ format: 'date-time' })

/** Cuts a list that was asked for with one row too many, and names the cursor of the next page. */
export function toPage<Row, Item>(
  rows: Row[],
  limit: number,
  cursorOf: (row: Row) => string,
  toItem: (row: Row) => Item,
): { items: Item[]; next: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const next = rows.length > limit && last !== undefined ? cursorOf(last) : null
  return { items: shown.map(toItem), next }
}

export const toIso = (date: Date | null) => date?.toISOString() ?? null
