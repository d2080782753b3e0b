import { http, url } from '#lib/http.ts'

export type FieldValue = string | number | null | string[]

export interface LineProblem {
  line: number
  column: number
  /** What the column is called. */
  name: string
  message: string
  fix: string
}

/** What an import of devices.csv does, or would do. */
export interface ImportPlan {
  added: string[]
  changed: { hostname: string; fields: Record<string, [FieldValue, FieldValue]> }[]
  unchanged: number
  removed: string[]
  /** Not in the file, but they stay. */
  missing: string[]
  /** Why none is removed although it was asked for. */
  notRemoved: { message: string; fix: string } | null
  refused: LineProblem[]
  warnings: LineProblem[]
}

const send = (csv: Blob, query: Record<string, string | boolean | number>) => {
  const path = url('/hosts/import', query).replace(/^\/api\/v1/, '')
  return http.send<ImportPlan>('POST', path, csv, 'text/csv')
}

export const importApi = {
  tryOut: (csv: Blob, school: string, remove: boolean) =>
    send(csv, { school, remove, dryRun: true }),
  /** @param confirm how many hosts somebody saw would go. */
  apply: (csv: Blob, school: string, remove: boolean, confirm: number) =>
    send(csv, { school, remove, ...(confirm > 0 ? { confirm } : {}) }),
}

/** How many hosts an import touches. */
export function whatItDoes(plan: ImportPlan): number {
  return plan.added.length + plan.changed.length + plan.removed.length
}
