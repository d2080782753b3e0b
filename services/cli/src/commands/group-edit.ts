import { readFile } from 'node:fs/promises'
import { diffTexts, parseStartConf, printDiff } from '@linbo/formats'
import { LinboError } from '@linbo/runtime'
import type { Client } from '../client.ts'
import { type EditedFile, openEditedFile } from '../editor.ts'
import { usageError } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { oneLine, state, time } from '../print.ts'
import { ServerProblem } from '../server-access.ts'
import { changeKeys, everyValue, type KeyChange, parseKeyChange } from '../start-conf-set.ts'
import { command } from './command.ts'

/** A script's keys are set anew when somebody saves at the same time, so often. */
const attempts = 5

export const edit = command({
  name: 'linbo group edit',
  description: "Changes a group's start.conf: in your editor, key by key, or by a file.",
  args: {
    name: { type: 'positional', required: true, description: 'Host group.' },
    set: {
      type: 'string',
      description: 'Section.Key=value, such as os.2.Autostart=yes; again for more.',
    },
    unset: { type: 'string', description: 'Section.Key to take away, such as os.2.Autostart.' },
    file: { type: 'string', description: 'Take this file as the new start.conf.' },
    comment: { type: 'string', description: 'Kept with the version.' },
  },
  async run(args, { io, client, rest }) {
    const changes = [
      ...everyValue(rest, '--set').map((word) => parseKeyChange(word, true)),
      ...everyValue(rest, '--unset').map((word) => parseKeyChange(word, false)),
    ]
    if (changes.length > 0 && args.file !== undefined)
      throw usageError('--file with --set or --unset', 'Do one after the other.')
    const group: StartConfAccess = { name: args.name, comment: args.comment, client }
    if (args.file !== undefined) {
      const { file } = args
      const text = await readFile(file, 'utf8').catch((cause) => {
        throw new LinboError('FILE_UNREADABLE', `cannot read ${file}`, {
          fix: 'Check the name.',
          cause,
        })
      })
      await save(group, text, undefined)
      io.out(`start.conf.${args.name} saved`)
      return 0
    }
    if (changes.length > 0) return setKeys(group, changes, io)
    return editByHand(group, io)
  },
})

interface StartConfAccess {
  name: string
  comment: string | undefined
  client: Client
}

function pathOf({ name, comment }: StartConfAccess, isRead: boolean): string {
  const query = isRead || !comment ? '' : `?comment=${encodeURIComponent(comment)}`
  return `/groups/${encodeURIComponent(name)}/start-conf${query}`
}

function load(group: StartConfAccess) {
  return group.client.revised('GET', pathOf(group, true))
}

function save(group: StartConfAccess, body: string, ifMatch: string | undefined) {
  return group.client.revised('PUT', pathOf(group, false), {
    body,
    ...(ifMatch ? { ifMatch } : {}),
  })
}

async function setKeys(group: StartConfAccess, changes: KeyChange[], io: Io): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const { text, etag } = await load(group)
    const changed = changeKeys(text, changes)
    if (changed === text) {
      io.out(`start.conf.${group.name} says so already`)
      return 0
    }
    try {
      await save(group, changed, etag)
      io.out(`start.conf.${group.name} saved`)
      return 0
    } catch (error) {
      if (!conflictOf(error) || attempt === attempts) throw error
    }
  }
}

async function editByHand(group: StartConfAccess, io: Io): Promise<number> {
  const { text, etag } = await load(group)
  const file = await openEditedFile(io, `start.conf.${group.name}`, text)
  let revision = etag
  for (;;) {
    const edited = await file.edit()
    if (edited === text) {
      await file.remove()
      io.out('nothing changed')
      return 0
    }
    const refused = await trySave(group, edited, revision, io)
    if (refused === undefined) {
      await file.remove()
      io.out(`start.conf.${group.name} saved`)
      return 0
    }
    revision = refused
    if (!(await wantsAgain(file, io))) return 1
  }
}

/** @returns undefined when it is saved, else the revision to build on after what was wrong is mended. */
async function trySave(
  group: StartConfAccess,
  edited: string,
  revision: string,
  io: Io,
): Promise<string | undefined> {
  const { problems } = parseStartConf(edited, { group: group.name })
  for (const { severity, line, column, message, fix } of problems) {
    if (severity === 'info') continue
    io.err(`${line}:${column}: ${state(severity)}: ${oneLine(message)} → ${oneLine(fix)}`)
  }
  if (problems.some((one) => one.severity === 'error')) return revision
  try {
    await save(group, edited, revision)
    return undefined
  } catch (error) {
    const conflict = conflictOf(error)
    if (!conflict) throw error
    const { current, removed } = conflict
    const by = current ?? removed
    const what = current ? 'changed' : 'removed'
    io.err(`start.conf.${group.name} was ${what} by ${by?.author} at ${time(by?.at ?? null)}.`)
    const names = { from: `version ${current?.number ?? 'none'}`, to: 'yours' }
    io.err(printDiff(diffTexts(current?.text ?? '', edited), names).trimEnd())
    return current ? `"${current.revision}"` : ''
  }
}

async function wantsAgain(file: EditedFile, io: Io): Promise<boolean> {
  const question = 'Edit again, to save over what is there now? [Y/n] '
  const isWanted = io.answer && !/^n/i.test(await io.answer(question))
  if (!isWanted) io.err(`Nothing was saved. Your text is in ${file.path}`)
  return isWanted ?? false
}

interface Conflict {
  current: { number: number; author: string; at: string; revision: string; text: string } | null
  removed: { author: string; at: string } | null
}

function conflictOf(error: unknown): Conflict | undefined {
  if (!(error instanceof ServerProblem) || error.code !== 'START_CONF_CONFLICT') return undefined
  return error.body as unknown as Conflict
}
