import { readFile } from 'node:fs/promises'
import { LinboError } from '@linbo/runtime'
import type { Io } from '../io.ts'
import { oneLine, state, table } from '../print.ts'
import type { ImportResult } from '../resources.ts'
import { command, jsonArg } from './command.ts'

const schoolArg = {
  school: { type: 'string', description: 'School the file belongs to; default-school otherwise.' },
} as const

export const importFile = command({
  name: 'linbo host import',
  description: 'Takes over a devices.csv: hosts are added and changed, and removed on demand.',
  args: {
    file: { type: 'positional', required: true, description: 'devices.csv' },
    ...schoolArg,
    'dry-run': { type: 'boolean', description: 'Only tell what would be done.' },
    remove: {
      type: 'boolean',
      description: 'Remove hosts of the school that are not in the file.',
    },
    confirm: {
      type: 'string',
      description: 'How many hosts go, when they are more than half of the school.',
    },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    const content = await readFile(args.file).catch((cause) => {
      throw new LinboError('FILE_UNREADABLE', `cannot read ${args.file}`, {
        fix: 'Check the name.',
        cause,
      })
    })
    const query = new URLSearchParams()
    if (args.school) query.set('school', args.school)
    if (args['dry-run']) query.set('dryRun', 'true')
    if (args.remove) query.set('remove', 'true')
    if (args.confirm) query.set('confirm', args.confirm)
    const text = await client.text('POST', `/hosts/import?${query}`, content, 'text/csv')
    const result = JSON.parse(text) as ImportResult
    if (args.json) io.out(JSON.stringify(result, null, 2))
    else printResult(io, args.file, result)
    return result.refused.length > 0 || result.notRemoved ? 1 : 0
  },
})

export const exportHosts = command({
  name: 'linbo host export',
  description:
    "Prints a school's devices.csv: the file that was imported, with what changed since.",
  args: schoolArg,
  async run(args, { io, client }) {
    const query = args.school ? `?school=${encodeURIComponent(args.school)}` : ''
    io.write(await client.bytes(`/hosts/export${query}`))
    return undefined
  },
})

function printResult(io: Io, file: string, result: ImportResult): void {
  const { added, changed, removed, missing, unchanged, refused, warnings, notRemoved } = result
  const rows = [
    ...added.map((hostname) => [state('added'), hostname, '']),
    ...changed.map(({ hostname, fields }) => [state('changed'), hostname, changesText(fields)]),
    ...removed.map((hostname) => [state('removed'), hostname, '']),
  ]
  if (rows.length > 0) io.out(table(['WHAT', 'HOST', 'FIELDS'], rows, io.columns))
  const lines = new Set(refused.map((one) => one.line)).size
  const counts = [
    ...[`${added.length} added`, `${changed.length} changed`, `${removed.length} removed`],
    ...[`${unchanged} unchanged`, `${lines} refused`],
  ]
  io.out(`${result.dryRun ? 'would be: ' : ''}${counts.join(', ')}`)
  for (const problem of refused) printProblem(io, file, problem)
  for (const problem of warnings) printProblem(io, file, problem, 'warning: ')
  if (notRemoved) io.err(`${notRemoved.message}\n  → ${notRemoved.fix}`)
  else if (missing.length > 0) {
    const some = missing.slice(0, 5).join(', ')
    const more = missing.length > 5 ? ', …' : ''
    io.err(`not in the file, and kept: ${missing.length} hosts (${some}${more})`)
  }
}

function printProblem(
  io: Io,
  file: string,
  { line, column, name, message, fix }: ImportResult['refused'][number],
  what = '',
): void {
  io.err(oneLine(`${file}:${line}:${column}: ${what}${name}: ${message}`))
  io.err(oneLine(`  → ${fix}`))
}

/** `ip 10.0.0.1 → DHCP, group lab → kiosk`. */
function changesText(fields: ImportResult['changed'][number]['fields']): string {
  const text = (value: unknown) =>
    value === null ? 'DHCP' : Array.isArray(value) ? value.join(';') : String(value)
  return Object.entries(fields)
    .map(
      ([name, [old, value]]) => `${name} ${text(old) || '(empty)'} → ${text(value) || '(empty)'}`,
    )
    .join(', ')
}
