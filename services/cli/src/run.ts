import type { CommandDef } from 'citty'
import { parseArgs } from 'citty'
import { type Client, createClient } from './client.ts'
import { linbo } from './commands/index.ts'
import { ExitCode, exitCodeOf, usageError } from './exit-code.ts'
import type { Io } from './io.ts'
import { several, usageOf } from './usage.ts'

/** What a command's `run` finds in `context.data`. */
export interface CommandData {
  io: Io
  client: Client
  /** What was typed after this command's name, untouched. */
  rest: string[]
}

/** Runs `linbo` with these words; never ends the process. A command's `run` may return another exit code. */
export async function run(argv: string[], io: Io): Promise<number> {
  try {
    const { command, rest } = await find(linbo, argv)
    if (rest.includes('--help') || rest.includes('-h')) {
      io.out(usageOf(command, await subCommandsOf(command)))
      return ExitCode.good
    }
    if (!command.run) {
      io.err(usageOf(command, await subCommandsOf(command)))
      return ExitCode.usage
    }
    const args = parse(command, rest)
    const data: CommandData = {
      io,
      rest,
      // Made when it is asked for: a server starts, and a file is checked, without one.
      get client() {
        return createClient(io)
      },
    }
    const result = await command.run({ rawArgs: rest, args, cmd: command, data })
    return typeof result === 'number' ? result : ExitCode.good
  } catch (error) {
    report(error, io)
    return exitCodeOf(error)
  }
}

/** An error for people; a bug keeps its stack. */
export function report(error: unknown, io: Io, program = 'linbo'): void {
  const { message, fix, code } = error as { message?: string; fix?: string; code?: string }
  if (!code) io.err(error instanceof Error ? (error.stack ?? error.message) : String(error))
  else io.err(`${program}: ${message}`)
  if (fix) io.err(`  → ${fix}`)
}

async function find(root: CommandDef, argv: string[]) {
  let found = { command: root, rest: argv }
  for (;;) {
    const known = (await resolved(found.command.subCommands)) as Record<string, unknown> | undefined
    const [word, ...rest] = found.rest
    if (!known || word === undefined || word.startsWith('-')) return found
    const next = known[word]
    if (!next)
      throw usageError(
        `there is no command "${word}"`,
        `Commands: ${Object.keys(known).join(', ')}.`,
      )
    const command = (await resolved(next)) as CommandDef
    found = { command, rest }
  }
}

async function subCommandsOf(command: CommandDef): Promise<[string, string][]> {
  const known = ((await resolved(command.subCommands)) ?? {}) as Record<string, unknown>
  return Promise.all(
    Object.entries(known).map(async ([name, value]): Promise<[string, string]> => {
      const { meta } = (await resolved(value)) as { meta: { description: string } }
      return [name, meta.description]
    }),
  )
}

async function resolved(value: unknown): Promise<unknown> {
  return typeof value === 'function' ? await value() : await value
}

function parse(command: CommandDef, rest: string[]) {
  const defined = (command.args ?? {}) as Record<
    string,
    { type?: string; alias?: string | string[]; valueHint?: string }
  >
  const flags = new Set<string>()
  for (const [name, one] of Object.entries(defined)) {
    if (one.type === 'positional') continue
    for (const alias of [name, ...[one.alias ?? []].flat()]) flags.add(alias)
  }
  for (const word of rest) {
    const name = /^--?(?:no-)?([^=]+)/.exec(word)?.[1]
    if (name && word !== '-' && !flags.has(name)) {
      throw usageError(`there is no option "${word}"`, 'See --help.')
    }
  }
  const positionals = Object.entries(defined).filter(([, one]) => one.type === 'positional')
  try {
    const args = parseArgs(rest, command.args as never) as Record<string, unknown>
    for (const [name, one] of Object.entries(defined)) {
      const isEmpty = args[name] === '' || args[name] === true
      if (one.type === 'string' && isEmpty)
        throw usageError(`--${name} needs a value`, 'See --help.')
    }
    const takesSeveral = positionals.some(([, one]) => one.valueHint === several)
    const extra = takesSeveral ? [] : (args as { _: string[] })._.slice(positionals.length)
    if (extra.length > 0)
      throw usageError(`"${extra.join(' ')}" is one word too many`, 'See --help.')
    return args as never
  } catch (error) {
    if ((error as { code?: string }).code === 'USAGE') throw error
    throw usageError((error as Error).message, 'See --help.')
  }
}
