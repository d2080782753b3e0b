/** The words of a `linbo-remote` command list. LINBO's wrapper knows more; these are what an administrator may send. */
export type CommandName =
  | 'partition'
  | 'label'
  | 'format'
  | 'initcache'
  | 'sync'
  | 'new'
  | 'postsync'
  | 'prestart'
  | 'start'
  | 'create_image'
  | 'create_qdiff'
  | 'upload_image'
  | 'upload_qdiff'
  | 'reboot'
  | 'halt'

export type DownloadType = 'rsync' | 'multicast' | 'torrent'

/** One command of a list. */
export interface Command {
  name: CommandName
  /** The OS number, or for `format` the partition number; both count from 1. */
  number?: number
  /** `initcache` only. LINBO 7.4 ignores it: the start.conf decides. */
  downloadType?: DownloadType
  /** `create_image` and `create_qdiff` only: becomes the image's description. */
  comment?: string
}

export interface CommandFacts {
  /** What follows the name, as people write it. */
  form: string
  needsOs: boolean
  /** Erases the partition table or a whole file system. */
  destructive: boolean
  /** Uploads, so the client needs the rsync password while it runs. */
  needsUploadPassword: boolean
  /** The client leaves LINBO: its connection dies without an exit status, and nothing can follow. */
  endsSession: boolean
  /** Only for one host at a time, because it writes an image. */
  singleHost: boolean
}

const no = {
  needsOs: false,
  destructive: false,
  needsUploadPassword: false,
  endsSession: false,
  singleHost: false,
}
const os = { ...no, needsOs: true }

export const commandFacts: Readonly<Record<CommandName, CommandFacts>> = {
  partition: { ...no, form: 'partition', destructive: true },
  label: { ...no, form: 'label' },
  format: { ...no, form: 'format[:<partition>]', destructive: true },
  initcache: { ...no, form: 'initcache[:rsync|multicast|torrent]' },
  sync: { ...os, form: 'sync:<os>' },
  new: { ...os, form: 'new:<os>', destructive: true },
  postsync: { ...os, form: 'postsync:<os>' },
  prestart: { ...os, form: 'prestart:<os>' },
  start: { ...os, form: 'start:<os>', endsSession: true },
  create_image: { ...os, form: 'create_image:<os>[:"comment"]', singleHost: true },
  create_qdiff: { ...os, form: 'create_qdiff:<os>[:"comment"]', singleHost: true },
  upload_image: { ...os, form: 'upload_image:<os>', needsUploadPassword: true, singleHost: true },
  upload_qdiff: { ...os, form: 'upload_qdiff:<os>', needsUploadPassword: true, singleHost: true },
  reboot: { ...no, form: 'reboot', endsSession: true },
  halt: { ...no, form: 'halt', endsSession: true },
}

export const commandNames = Object.keys(commandFacts) as CommandName[]

/** A command list that cannot be used: where, why, and what to write instead. */
export class CommandError extends Error {
  readonly code = 'COMMAND_INVALID'
  /** Index of the offending character, from 0. */
  readonly position: number
  readonly fix: string

  constructor(position: number, problem: string, fix: string) {
    super(`${problem} (at character ${position + 1})`)
    this.name = 'CommandError'
    this.position = position
    this.fix = fix
  }
}

const longestList = 2000
const longestComment = 200
const downloadTypes: readonly string[] = ['rsync', 'multicast', 'torrent']
// A comma ends a command only when one of the names follows; any other comma belongs to a comment.
const boundary = new RegExp(`,(?=\\s*(?:${commandNames.join('|')})\\s*(?:[:,]|$))`)
// What no shell treats specially, wherever LINBO's scripts pass the comment on: letters of any language,
// digits, blanks and harmless punctuation.
const harmless = /^[\p{L}\p{M}\p{N} .,\-_+@/=%]*$/u

/**
 * Reads a comma-separated command list such as `partition,format,sync:1,start:1`. Blanks around commas are ignored.
 * @throws CommandError naming the position and the fix.
 */
export function parseCommands(text: string): Command[] {
  if (text.trim() === '') throw new CommandError(0, 'there is no command', 'Write one: sync:1')
  if (text.length > longestList) {
    const fix = `A list has ${longestList} characters at most.`
    throw new CommandError(longestList, 'the command list is too long', fix)
  }
  const commands: Command[] = []
  let position = 0
  while (position <= text.length) {
    const end = endOfCommand(text, position)
    const previous = commands.at(-1)
    if (previous && commandFacts[previous.name].endsSession) {
      const fix = `Put ${printCommand(previous)} last.`
      throw new CommandError(position, `nothing can run after ${printCommand(previous)}`, fix)
    }
    commands.push(parseCommand(text.slice(position, end), position))
    position = end + 1
  }
  return commands
}

/** The list as `parseCommands` reads it: comments in double quotes, no blanks around commas. */
export function printCommands(commands: readonly Command[]): string {
  return commands.map(printCommand).join(',')
}

/** One command as people write it. */
export function printCommand(command: Command): string {
  const comment = command.comment === undefined ? '' : `:"${command.comment}"`
  return `${head(command)}${comment}`
}

/** The command as one argument of `linbo_wrapper`: the comment stands bare, because no shell takes quotes off. */
export function wrapperArgument(command: Command): string {
  return command.comment === undefined ? head(command) : `${head(command)}:${command.comment}`
}

function head(command: Command): string {
  const argument = command.number ?? command.downloadType
  return argument === undefined ? command.name : `${command.name}:${argument}`
}

/** Where the command that starts at `from` ends: at a comma, or the end of the text. */
function endOfCommand(text: string, from: number): number {
  const rest = text.slice(from)
  if (!/^\s*create_(?:image|qdiff)\s*:[^,:]*:/.test(rest)) {
    const comma = rest.indexOf(',')
    return comma < 0 ? text.length : from + comma
  }
  const quoted = /^[^:]*:[^:]*:\s*(?:\\"[^"]*"|"[^"]*")\s*(?=,|$)/.exec(rest)
  if (quoted) return from + quoted[0].length
  const next = boundary.exec(rest)
  return next ? from + next.index : text.length
}

function parseCommand(text: string, start: number): Command {
  const position = start + (text.length - text.trimStart().length)
  const word = text.trim()
  if (word === '') throw new CommandError(position, 'a command is missing', 'Remove the comma.')
  const colon = word.indexOf(':')
  const name = colon < 0 ? word : word.slice(0, colon)
  const argument = colon < 0 ? undefined : word.slice(colon + 1)
  if (!isCommandName(name)) {
    const fix = `Use one of ${commandNames.join(', ')}.`
    throw new CommandError(position, `"${shorten(name)}" is not a command`, fix)
  }
  const at = position + name.length + 1
  if (name === 'initcache') {
    if (argument === undefined) return { name }
    if (isDownloadType(argument)) return { name, downloadType: argument }
    throw wrong(name, at, `"${shorten(argument)}" is no download type`)
  }
  if (name === 'format') {
    return argument === undefined ? { name } : { name, number: parseNumber(name, argument, at) }
  }
  if (!commandFacts[name].needsOs) {
    if (argument === undefined) return { name }
    throw wrong(name, at, `${name} takes no argument`)
  }
  if (argument === undefined) throw wrong(name, position, `${name} needs an OS number`)
  const second = argument.indexOf(':')
  if (second < 0) return { name, number: parseNumber(name, argument, at) }
  if (name !== 'create_image' && name !== 'create_qdiff') {
    throw wrong(name, at + second, `${name} takes no comment`)
  }
  const number = parseNumber(name, argument.slice(0, second), at)
  const comment = parseComment(argument.slice(second + 1), at + second + 1)
  return comment === '' ? { name, number } : { name, number, comment }
}

function parseNumber(name: CommandName, text: string, position: number): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text)
  const what = commandFacts[name].needsOs ? 'an OS number' : 'a partition number'
  throw wrong(name, position, `"${shorten(text)}" is not ${what} between 1 and 99`)
}

function parseComment(text: string, position: number): string {
  const quoted = /^\s*(?:\\"([^"]*)\\"|"([^"]*)")\s*$/.exec(text)
  const comment = (quoted ? (quoted[1] ?? quoted[2] ?? '') : text).trim()
  const at = position + Math.max(0, text.indexOf(comment))
  if (comment.length > longestComment) {
    throw new CommandError(at, 'the comment is too long', `Use ${longestComment} characters.`)
  }
  const inner = boundary.exec(comment)
  if (inner) {
    const problem = 'a comma in a comment is followed by the name of a command'
    throw new CommandError(at + inner.index, problem, 'Put another word after the comma.')
  }
  if (!harmless.test(comment)) {
    const index = [...comment].findIndex((character) => !harmless.test(character))
    const before = [...comment].slice(0, index).join('').length
    const fix = 'Use letters, digits, blanks and . , - _ + @ / = % only.'
    const shown = JSON.stringify([...comment][index])
    throw new CommandError(at + before, `a comment must not contain ${shown}`, fix)
  }
  return comment
}

function wrong(name: CommandName, position: number, problem: string): CommandError {
  return new CommandError(position, problem, `Write ${commandFacts[name].form}`)
}

function isCommandName(text: string): text is CommandName {
  return Object.hasOwn(commandFacts, text)
}

function isDownloadType(text: string): text is DownloadType {
  return downloadTypes.includes(text)
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
