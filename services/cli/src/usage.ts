import { styleText } from 'node:util'
import type { CommandDef } from 'citty'
import { pad, width } from './print.ts'

interface Arg {
  type?: string
  description?: string
  required?: boolean
  valueHint?: string
  default?: unknown
}
/** The `valueHint` of a positional argument that may be given more than once. */
export const several = 'several'

interface Meta {
  name?: string
  description?: string
}

/**
 * What `--help` prints: what the command does, how it is written, and what can be given to it.
 * @param subCommands the commands below it, with what they do
 */
export function usageOf(command: CommandDef, subCommands: [string, string][]): string {
  const { name = '', description = '' } = command.meta as Meta
  const args = Object.entries((command.args ?? {}) as Record<string, Arg>)
  const isPositional = ([, arg]: [string, Arg]) => arg.type === 'positional'
  const positionals = args.filter(isPositional)
  const options = args.filter((arg) => !isPositional(arg))
  const form = [
    name,
    ...(subCommands.length > 0 ? ['<command>'] : []),
    ...positionals.map(place),
    ...options.filter(([, arg]) => arg.required).map(written),
    ...(options.some(([, arg]) => !arg.required) ? ['[options]'] : []),
  ]
  const parts = [description, `${heading('Usage')}  ${form.join(' ')}`]
  if (subCommands.length > 0) parts.push(list('Commands', subCommands))
  if (positionals.length > 0)
    parts.push(
      list(
        'Arguments',
        positionals.map((one) => [place(one), sentence(one[1])]),
      ),
    )
  const rows = options.map((one): [string, string] => [written(one), sentence(one[1])])
  parts.push(list('Options', [...rows, ['--help', 'Print this.']]))
  return parts.join('\n\n')
}

function place([word, { required, valueHint }]: [string, Arg]): string {
  const written = valueHint === several ? `${word}...` : word
  return required === false ? `[${written}]` : `<${written}>`
}

function written([word, { type }]: [string, Arg]): string {
  return type === 'boolean' ? `--${word}` : `--${word} <${word}>`
}

function sentence(arg: Arg): string {
  const preset = arg.default === undefined ? '' : ` Default: ${arg.default}.`
  return `${arg.description ?? ''}${preset}`
}

function list(title: string, rows: [string, string][]): string {
  const longest = Math.max(...rows.map(([word]) => width(word)))
  return [heading(title), ...rows.map(([word, text]) => `  ${pad(word, longest)}  ${text}`)].join(
    '\n',
  )
}

function heading(text: string): string {
  return styleText('bold', text)
}
