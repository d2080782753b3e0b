import { z } from '@hono/zod-openapi'
import type { StartConfVersion } from '@linbo/db'
import { parseStartConf } from '@linbo/formats'
import { moment } from './answers.ts'

export const startConfText = z.string().openapi({ example: '[LINBO]\nGroup = lab204\n' })

export const startConfProblem = z
  .object({
    code: z.string().openapi({ example: 'indented-line' }),
    severity: z
      .enum(['error', 'warning', 'info'])
      .openapi({ description: 'a start.conf with errors is not saved' }),
    line: z.number().int().openapi({ description: 'from 1, like columns' }),
    column: z.number().int(),
    endLine: z.number().int(),
    endColumn: z.number().int().openapi({ description: 'the column after the last' }),
    message: z.string(),
    explanation: z.string().openapi({ description: 'what happens on the client' }),
    fix: z.string().openapi({ description: 'what to do' }),
    edits: z
      .array(
        z.object({ line: z.number().int(), was: z.array(z.string()), text: z.array(z.string()) }),
      )
      .openapi({
        description: 'the fix: these lines become others; empty when it cannot be computed',
      }),
    isSafe: z.boolean().openapi({ description: 'the fix may be applied without asking' }),
    values: z
      .record(z.string(), z.union([z.string(), z.number()]))
      .openapi({ description: 'names and numbers in the message' }),
  })
  .openapi('StartConfProblem')

export const startConfSource = z
  .enum(['api', 'cli', 'disk', 'import', 'restore', 'rename', 'clone', 'found'])
  .openapi({ description: 'disk: somebody edited the file; found: it was there first' })

export const versionSchema = z
  .object({
    number: z.number().int(),
    revision: z
      .string()
      .nullable()
      .openapi({ description: 'SHA-256 of the file; null when it was removed' }),
    sizeBytes: z.number().int().nullable(),
    author: z.string().openapi({ description: 'disk when somebody edited the file itself' }),
    source: startConfSource,
    at: moment,
    comment: z.string(),
  })
  .openapi('StartConfVersion')

export type VersionView = z.infer<typeof versionSchema>

/** A version as the API tells it. */
export function versionView(version: StartConfVersion): VersionView {
  const { number, sha256, sizeBytes, author, source, at, comment } = version
  return {
    ...{ number, revision: sha256, sizeBytes, author, source },
    ...{ at: at.toISOString(), comment },
  }
}

export const startConfFacts = {
  os: z.array(z.object({ number: z.number().int(), name: z.string(), image: z.string() })),
  problems: z.array(startConfProblem),
}

/** What a start.conf offers, and what is wrong with it. */
export function factsOf(text: string | undefined, group?: string) {
  const conf = text === undefined ? undefined : parseStartConf(text, group ? { group } : {})
  return {
    os: (conf?.os ?? []).map(({ number, name, baseImage }) => ({
      ...{ number, name, image: baseImage },
    })),
    problems: conf?.problems ?? [],
  }
}
