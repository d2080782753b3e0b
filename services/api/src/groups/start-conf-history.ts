import {
  addStartConfVersion,
  type Db,
  findStartConfRevision,
  latestStartConfVersion,
  latestStartConfVersions,
  listGroupRenames,
  lockStartConfs,
  moveGroup,
  type StartConfSource,
  type StartConfVersion,
} from '@linbo/db'
import { decodeText, encodeText, setKey } from '@linbo/formats'
import type { Logger } from '@linbo/log'
import { revisionOf, type StartConfFile, type StartConfFiles } from './start-conf-files.ts'

/** What somebody who writes believes to be there. */
export type Expected =
  | { kind: 'anything' }
  /** A start.conf with these bytes. */
  | { kind: 'revision'; revision: string }
  /** Some start.conf. */
  | { kind: 'present' }
  | { kind: 'absent' }

export interface Change {
  /** Null removes the file. */
  bytes: Uint8Array | null
  author: string
  source: StartConfSource
  comment?: string
  expected?: Expected
}

export type Outcome = {
  /** What somebody else had put there, and nobody knew of until now. */
  noticed: StartConfVersion | undefined
} & (
  | { kind: 'changed'; version: StartConfVersion }
  | { kind: 'unchanged' }
  /** Something else is there than was expected; it is in `current`, and `base` is the version that was. */
  | {
      kind: 'conflict'
      current: StartConfVersion | undefined
      file: StartConfFile | undefined
      base: StartConfVersion | undefined
    }
)

/**
 * Keeps every state of every start.conf that was ever seen. The file is the truth: what stands in it and is not
 * the newest version becomes one, whoever wrote it, before it is replaced.
 */
export interface StartConfHistory {
  /** Writes or removes the file and stores the version, unless something else is there than expected. */
  change(group: string, change: Change): Promise<Outcome>
  /** As `change`, inside a transaction that holds the group's lock. */
  changeIn(trx: Db, group: string, change: Change): Promise<Outcome>
  /**
   * Gives what the database has of a group, and its start.conf with the right `Group`, to another name, inside a
   * transaction that holds both locks. The old file stays. What was done before is not done again.
   */
  renameIn(
    trx: Db,
    from: string,
    to: string,
    author: string,
  ): Promise<{ hosts: number; version: StartConfVersion | undefined }>
  /** Looks at the file. @returns the version that somebody else made of it, if there is a new one. */
  notice(group: string): Promise<StartConfVersion | undefined>
  /** Looks at every file, and at every group that had one. @returns the new versions. */
  scan(): Promise<StartConfVersion[]>
}

interface Seen {
  last: StartConfVersion | undefined
  file: StartConfFile | undefined
  /** The version was not known. */
  isNew?: boolean
  /** The file is what a rename that is under way has not taken away yet. */
  isMoved?: boolean
}

export function createStartConfHistory(deps: {
  db: Db
  files: StartConfFiles
  now(): number
  log: Pick<Logger, 'warn'>
}): StartConfHistory {
  const { db, files, now, log } = deps

  const noticeIn = async (trx: Db, group: string): Promise<Seen> => {
    const last = await latestStartConfVersion(trx, group)
    const file = await files.load(group)
    if ((file?.revision ?? null) === (last?.sha256 ?? null)) return { last, file }
    if (!last && file && (await movedRevision(trx, group, file.revision)))
      return { last, file, isMoved: true }
    const at = file ? between(last?.at, file.changedAt, new Date(now())) : new Date(now())
    const seen = await addStartConfVersion(trx, {
      ...{ group, content: file?.bytes ?? null, sha256: file?.revision ?? null, at },
      ...{ author: 'disk', source: last ? 'disk' : 'found' },
    })
    return { last: seen, file, isNew: true }
  }
  const changeIn = async (trx: Db, group: string, change: Change): Promise<Outcome> => {
    const { bytes, author, source, comment = '', expected = { kind: 'anything' } } = change
    const { last, file, isNew } = await noticeIn(trx, group)
    const noticed = isNew ? last : undefined
    const sha256 = bytes === null ? null : revisionOf(bytes)
    if (sha256 === (file?.revision ?? null) && expected.kind !== 'absent')
      return { kind: 'unchanged', noticed }
    if (!isAsExpected(expected, file)) {
      const base =
        expected.kind === 'revision'
          ? await findStartConfRevision(trx, group, expected.revision)
          : undefined
      return { kind: 'conflict', noticed, current: last, file, base }
    }
    const at = between(last?.at, undefined, new Date(now()))
    const version = { group, content: bytes, sha256, author, source, comment, at }
    const added = await addStartConfVersion(trx, version)
    // Last, so that nothing is on the disk when the version cannot be stored; what a crash before the commit
    // leaves there is noticed later.
    if (bytes === null) await files.remove(group)
    else await files.write(group, bytes)
    return { kind: 'changed', noticed, version: added }
  }
  const renameIn: StartConfHistory['renameIn'] = async (trx, from, to, author) => {
    const { file: old, isMoved } = await noticeIn(trx, from)
    const bytes = old && withGroup(old.bytes, to)
    const sha256 = bytes && revisionOf(bytes)
    // Left by an earlier attempt, and perhaps edited since.
    const there = await files.load(to)
    if (there && there.revision !== sha256) await noticeIn(trx, to)
    const hosts = await moveGroup(trx, from, to)
    const last = await latestStartConfVersion(trx, to)
    if (!bytes || !sha256 || isMoved) return { hosts, version: last }
    const version =
      last?.sha256 === sha256
        ? last
        : await addStartConfVersion(trx, {
            ...{ group: to, content: bytes, sha256, author, source: 'rename' },
            ...{ comment: `was ${from}`, at: between(last?.at, undefined, new Date(now())) },
          })
    await files.write(to, bytes)
    return { hosts, version }
  }
  const locked = <T>(group: string, work: (trx: Db) => Promise<T>) =>
    db.transaction().execute(async (trx) => {
      await lockStartConfs(trx, group)
      return work(trx)
    })
  const notice = (group: string) =>
    locked(group, async (trx) => {
      const { last, isNew } = await noticeIn(trx, group)
      return isNew ? last : undefined
    })
  return {
    change: (group, change) => locked(group, (trx) => changeIn(trx, group, change)),
    changeIn,
    renameIn,
    notice,
    async scan() {
      const known = new Map((await latestStartConfVersions(db)).map((one) => [one.group, one]))
      const found: StartConfVersion[] = []
      for (const group of new Set([...(await files.list()), ...known.keys()])) {
        try {
          const revision = (await files.load(group))?.revision ?? null
          if (revision === (known.get(group)?.sha256 ?? null)) continue
          const version = await notice(group)
          if (version) found.push(version)
        } catch (err) {
          log.warn({ err, group }, 'start.conf not read')
        }
      }
      return found
    },
  }
}

/** True when these bytes of a group that is being renamed stand in the history of its new name already. */
async function movedRevision(db: Db, group: string, revision: string): Promise<boolean> {
  const rename = (await listGroupRenames(db)).find((one) => one.from === group)
  return rename ? (await findStartConfRevision(db, rename.to, revision)) !== undefined : false
}

function isAsExpected(expected: Expected, file: StartConfFile | undefined): boolean {
  if (expected.kind === 'anything') return true
  if (expected.kind === 'absent') return file === undefined
  if (expected.kind === 'present') return file !== undefined
  return file?.revision === expected.revision
}

/** The time of a file counts as long as it keeps versions in order: clocks differ, and `cp -p` keeps old times. */
function between(last: Date | undefined, at: Date | undefined, now: Date): Date {
  const time = Math.min((at ?? now).getTime(), now.getTime())
  return new Date(Math.max(time, last?.getTime() ?? 0))
}

/** A start.conf with this `Group`; one that has no [LINBO] section stays as it is. */
export function withGroup(bytes: Uint8Array, group: string): Uint8Array {
  const decoded = decodeText(bytes)
  try {
    return encodeText({ ...decoded, text: setKey(decoded.text, 'linbo', 0, 'Group', group) })
  } catch {
    return bytes
  }
}
