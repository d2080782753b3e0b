import {
  type Command,
  CommandError,
  commandFacts,
  parseCommands,
  printCommand,
  wrapperArgument,
} from '@linbo/formats'
import type { Onboot } from './onboot.ts'

export interface Wake {
  /** How long a machine may take from the magic packet until LINBO answers; 0 does not wait. */
  waitMs: number
  /** Between one host's packets and the next one's. */
  betweenMs: number
  /** Send to the subnet's broadcast address too. */
  broadcast: boolean
}

/** One command on the client. */
export interface Step {
  /** As people write it: `sync:1`. */
  label: string
  words: string[]
  uploads: boolean
  endsSession: boolean
}

/** What happens on each host of an operation. */
export interface Plan {
  mode: 'now' | 'next-boot' | 'wake'
  /** For `now`; empty otherwise. */
  steps: Step[]
  wake: Wake | null
  /** The command file for the next boot, if there is to be one. */
  onboot: Onboot | null
  uploads: boolean
}

/**
 * Turns an operation as it is stored into steps.
 * @param options `{ when?, wake?: { waitSeconds, betweenSeconds, broadcast }, noauto?, disableGui? }`
 * @returns why it cannot be carried out, in `refused`, when it cannot
 */
export function createPlan(
  text: string,
  options: Record<string, unknown>,
  hostCount: number,
): { plan: Plan } | { refused: string } {
  let commands: Command[] = []
  try {
    if (text.trim() !== '') commands = parseCommands(text)
  } catch (error) {
    if (error instanceof CommandError) return { refused: `${error.message}. ${error.fix}` }
    throw error
  }
  const single = commands.find((command) => commandFacts[command.name].singleHost)
  if (single && hostCount > 1) {
    return { refused: `${printCommand(single)} is for one host only, because it writes an image` }
  }
  const wake = readWake(options.wake)
  const noauto = options.noauto === true
  const disableGui = options.disableGui === true
  const now = options.when !== 'next-boot' && commands.length > 0
  const uploads = commands.some((command) => commandFacts[command.name].needsUploadPassword)
  if (!now && (commands.length > 0 || noauto || disableGui)) {
    const onboot = { commands, noauto, disableGui }
    return { plan: { mode: 'next-boot', steps: [], wake, onboot, uploads } }
  }
  if (!now) {
    if (wake === null) return { refused: 'there is neither a command nor anything to wake' }
    return { plan: { mode: 'wake', steps: [], wake, onboot: null, uploads } }
  }
  const plan: Plan = {
    mode: 'now',
    steps: commands.map(createStep),
    // Commands cannot run on a machine nobody waits for: no waiting means no waking, as with `linbo-remote -w 0`.
    wake: wake && wake.waitMs > 0 ? wake : null,
    onboot: noauto || disableGui ? { commands: [], noauto, disableGui } : null,
    uploads,
  }
  return { plan }
}

function createStep(command: Command): Step {
  const facts = commandFacts[command.name]
  return {
    label: printCommand(command),
    // LINBO 7.4's wrapper garbles prestart, so its script is called directly.
    words:
      command.name === 'prestart'
        ? ['linbo_prestart', String(command.number)]
        : ['linbo_wrapper', wrapperArgument(command)],
    uploads: facts.needsUploadPassword,
    endsSession: facts.endsSession,
  }
}

function readWake(value: unknown): Wake | null {
  if (typeof value !== 'object' || value === null) return null
  const wake = value as Record<string, unknown>
  return {
    waitMs: milliseconds(wake.waitSeconds),
    betweenMs: milliseconds(wake.betweenSeconds),
    broadcast: wake.broadcast === true,
  }
}

function milliseconds(seconds: unknown): number {
  return typeof seconds === 'number' && seconds > 0 ? Math.min(seconds, 86_400) * 1000 : 0
}
