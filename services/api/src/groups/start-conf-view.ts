import { z } from '@hono/zod-openapi'
import type { StartConfVersion } from '@linbo/db'
import { diskLayout, parseStartConf, type StartConfOptions } from '@linbo/formats'
import { moment } from '../answers.ts'

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
  .enum(['api', 'cli', 'disk', 'restore', 'rename', 'clone', 'found'])
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

const diskSchema = z
  .object({
    disk: z.string().openapi({ example: '/dev/disk0' }),
    diskBytes: z.number().nullable(),
    neededBytes: z.number().openapi({ description: 'what the disk must have at least' }),
    fits: z
      .boolean()
      .nullable()
      .openapi({ description: 'null: the size of the disk is not known' }),
    partitions: z.array(
      z.object({
        number: z.number().int().openapi({ description: 'the number of format:<n>' }),
        dev: z.string(),
        label: z.string(),
        kind: z.enum(['efi', 'msr', 'windows', 'linux', 'swap', 'cache', 'data', 'extended']),
        fsType: z.string(),
        startBytes: z.number().nullable(),
        sizeBytes: z.number().nullable(),
        isRest: z.boolean().openapi({ description: 'it takes what is left of the disk' }),
        isLogical: z.boolean(),
        isBootable: z.boolean(),
        fits: z.boolean(),
        os: z.array(z.object({ number: z.number().int(), name: z.string() })),
      }),
    ),
  })
  .openapi('DiskLayout')

/** What a start.conf offers, and what is wrong with it. */
export const startConfFacts = {
  os: z.array(z.object({ number: z.number().int(), name: z.string(), image: z.string() })),
  problems: z.array(startConfProblem),
  layout: z.array(diskSchema).openapi({ description: 'what the client makes of the disks' }),
}

/** The facts of a text; those of nothing are empty. */
export function factsOf(text: string | undefined, options: StartConfOptions = {}) {
  if (text === undefined) return { os: [], problems: [], layout: [] }
  const conf = parseStartConf(text, options)
  const { diskBytes } = options
  return {
    os: conf.os.map(({ number, name, baseImage }) => ({ number, name, image: baseImage })),
    problems: conf.problems,
    layout: diskLayout(conf, diskBytes === undefined ? {} : { diskBytes }),
  }
}
