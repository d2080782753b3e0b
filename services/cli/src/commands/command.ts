import { type ArgsDef, type CommandDef, defineCommand, type ParsedArgs } from 'citty'
import type { CommandData } from '../run.ts'

/** Every listing and every answer can be had as JSON. */
export const jsonArg = {
  json: { type: 'boolean', description: 'Print JSON instead of a table.' },
} as const

/** A command whose `run` gets its arguments and what it may touch; it may return an exit code. */
export function command<const T extends ArgsDef>(definition: {
  name: string
  description: string
  args?: T
  /** Commands below it; it runs itself when none of them is named. */
  subCommands?: Record<string, CommandDef>
  run(args: ParsedArgs<T>, data: CommandData): Promise<number | undefined>
}): CommandDef {
  const { name, description, args, subCommands, run } = definition
  return defineCommand({
    meta: { name, description },
    ...(args ? { args } : {}),
    ...(subCommands ? { subCommands } : {}),
    run: (context) => run(context.args as ParsedArgs<T>, context.data as CommandData),
  } as CommandDef)
}

/** A command that only holds others. */
export function group(
  name: string,
  description: string,
  subCommands: Record<string, CommandDef>,
): CommandDef {
  return defineCommand({ meta: { name, description }, subCommands }) as CommandDef
}
