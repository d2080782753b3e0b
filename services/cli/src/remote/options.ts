import { parseArgs } from 'node:util'
import { type CommandError, parseCommands } from '@linbo/formats'
import { usageError } from '../exit-code.ts'

/** What linbo-remote's options ask for. */
export interface RemoteOptions {
  mode: 'help' | 'list' | 'attach' | 'operate'
  /** With `attach`: the host whose output to follow. */
  attach: string | undefined
  /** -c now, -p at the next boot. */
  commands: string
  when: 'now' | 'next-boot'
  /** -i as typed: names and addresses. */
  hosts: string[]
  group: string | undefined
  room: string | undefined
  school: string | undefined
  wake: { waitSeconds: number; betweenSeconds: number; broadcast: boolean } | undefined
  noauto: boolean
  disableGui: boolean
}

const flag = (short: string) => ({ type: 'boolean', short }) as const
const value = (short: string) => ({ type: 'string', short }) as const
const letters = {
  a: value('a'),
  b: value('b'),
  c: value('c'),
  d: flag('d'),
  g: value('g'),
  h: flag('h'),
  i: value('i'),
  l: flag('l'),
  n: flag('n'),
  p: value('p'),
  r: value('r'),
  s: value('s'),
  u: flag('u'),
  w: value('w'),
}

/**
 * Reads linbo-remote's options (reference 8.1).
 * @throws LinboError `USAGE` when they contradict each other or a command is not known.
 */
export function parseRemoteOptions(argv: string[]): RemoteOptions {
  const { values } = read(argv)
  const options: RemoteOptions = {
    mode: values.h ? 'help' : values.l ? 'list' : values.a !== undefined ? 'attach' : 'operate',
    attach: values.a,
    commands: values.c ?? values.p ?? '',
    when: whenOf(values),
    hosts: (values.i ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
    group: values.g,
    room: values.r,
    school: values.s,
    wake: wakeOf(values),
    noauto: values.n === true,
    disableGui: values.d === true,
  }
  if (options.mode === 'operate') check(options, values)
  return options
}

type Values = ReturnType<typeof read>['values']

function read(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: letters, allowPositionals: false })
  } catch (error) {
    const message = (error as Error).message.split('.')[0] ?? 'unknown option'
    throw usageError(
      message.replace(/^Unknown option/, 'unknown option'),
      'linbo-remote -h lists the options.',
    )
  }
}

function whenOf(values: Values): RemoteOptions['when'] {
  // With -c, -n and -d are for the boot that -w causes; without, they are the whole job of the next boot.
  if (values.c !== undefined) return 'now'
  return values.p !== undefined || values.n || values.d ? 'next-boot' : 'now'
}

function wakeOf(values: Values): RemoteOptions['wake'] {
  if (values.b !== undefined && values.w === undefined) {
    throw usageError(
      '-b says how long to pause between wake-on-LAN packets, so it needs -w',
      'Add -w <seconds>.',
    )
  }
  if (values.u && values.w === undefined) throw usageError('-u goes with -w', 'Add -w <seconds>.')
  if (values.w === undefined) return undefined
  const waitSeconds = seconds('-w', values.w)
  // Upstream: with commands to run now, a wait of 0 switches waking off.
  if (waitSeconds === 0 && values.c !== undefined) return undefined
  const betweenSeconds = values.b === undefined ? 0 : seconds('-b', values.b)
  return { waitSeconds, betweenSeconds, broadcast: values.u === true }
}

function seconds(option: string, text: string): number {
  if (!/^\d{1,5}$/.test(text))
    throw usageError(`${option} ${text}: that is no number of seconds`, 'Give a whole number.')
  return Number(text)
}

function check(options: RemoteOptions, values: Values): void {
  if (values.c !== undefined && values.p !== undefined) {
    throw usageError('-c runs commands now, -p at the next boot: not both', 'Use one of them.')
  }
  const something =
    [values.c, values.p, values.w].some((one) => one !== undefined) || values.n || values.d
  if (!something) throw usageError('nothing to do', 'Give at least one of -c, -p, -w, -n, -d.')
  if (options.hosts.length === 0 && !options.group && !options.room) {
    throw usageError('no hosts', 'Give -i <hosts>, -g <group> or -r <room>.')
  }
  if (options.group && (options.hosts.length > 0 || options.room)) {
    throw usageError('-g cannot be combined with -i or -r', 'Choose one way to name the hosts.')
  }
  if (options.hosts.length > 0 && options.room) {
    throw usageError('-i cannot be combined with -r', 'Choose one way to name the hosts.')
  }
  if (values.c !== undefined || values.p !== undefined) checkCommands(options)
}

function checkCommands(options: RemoteOptions): void {
  if (options.commands.trim() === '')
    throw usageError('the command list is empty', 'For example: -c sync:1,start:1')
  try {
    parseCommands(options.commands)
  } catch (error) {
    const { message, fix } = error as CommandError
    throw usageError(message, fix)
  }
}
