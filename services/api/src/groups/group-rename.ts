import { copyGroupFiles, dropGroupFiles, hasOwnGrubConfig, retireGroupFiles } from '@linbo/boot'
import {
  beginGroupRename,
  type Db,
  endGroupRename,
  type GroupRename,
  listGroupRenames,
  listHosts,
  lockStartConfs,
  type StartConfVersion,
} from '@linbo/db'
import type { Logger } from '@linbo/log'
import { apiError } from '../errors.ts'
import type { StartConfFiles } from './start-conf-files.ts'
import type { StartConfHistory } from './start-conf-history.ts'

export interface Renamed {
  /** How many hosts moved. */
  hosts: number
  /** Files that moved beside the start.conf, relative to LINBO_DIR. */
  files: string[]
  /** The version that says so; undefined for a group without start.conf. */
  version: StartConfVersion | undefined
}

/**
 * Gives groups another name: hosts, start.conf with its history, GRUB configuration, everything named after them.
 * While it goes on, a machine finds the old files or the new; afterwards the old name stays as a link.
 *
 * A rename is written down first. Then the new files are made beside the old, one transaction moves what is in the
 * database, the configurations are published, and last the old files become links. Each step changes nothing when
 * it was done before, so what a crash interrupts is gone through again at the next start.
 */
export interface GroupRenames {
  /** @throws LinboError `GROUP_UNKNOWN`, `GROUP_EXISTS` */
  rename(from: string, to: string, author: string): Promise<Renamed>
  /** Finishes the renames that were begun by a process that is gone. */
  recover(): Promise<void>
}

export function createGroupRenames(deps: {
  root: string
  db: Db
  files: StartConfFiles
  history: StartConfHistory
  /** Publishes what is in the database. */
  publish(): Promise<void>
  now(): number
  log: Pick<Logger, 'info' | 'warn'>
}): GroupRenames {
  const { root, db, files, history, now, log } = deps

  const locked = <T>(from: string, to: string, work: (trx: Db) => Promise<T>) =>
    db.transaction().execute(async (trx) => {
      await lockStartConfs(trx, from, to)
      return work(trx)
    })
  const refuse = async (trx: Db, from: string, to: string) => {
    const isThere = async (group: string) =>
      (await files.load(group)) !== undefined ||
      (await listHosts(trx, { group, limit: 1 })).length > 0
    if (!(await isThere(from))) {
      throw apiError('GROUP_UNKNOWN', `there is no group ${from}`, 'List the groups there are.')
    }
    if (await isThere(to)) {
      const fix = 'Choose another name, or move its hosts and remove it first.'
      throw apiError('GROUP_EXISTS', `there is a group ${to} already`, fix)
    }
    if (await hasOwnGrubConfig(root, to)) {
      const file = `boot/grub/${to}.cfg`
      throw apiError('GROUP_EXISTS', `${file} is there and not ours`, 'Move it away first.')
    }
  }
  const move = async ({ from, to, author }: GroupRename, isNew: boolean) => {
    let undo = async () => {}
    try {
      return await locked(from, to, async (trx) => {
        if (isNew) await refuse(trx, from, to)
        undo = async () => void (await files.remove(to))
        const moved = await history.renameIn(trx, from, to, author)
        // After the start.conf: whoever publishes meanwhile clears away what belongs to no group.
        const made = await copyGroupFiles(root, from, to)
        undo = async () => {
          await dropGroupFiles(root, made)
          await files.remove(to)
        }
        return { ...moved, made }
      })
    } catch (error) {
      if (isNew) await undo()
      throw error
    }
  }
  const finish = async (rename: GroupRename) => {
    const { from, to, author } = rename
    await deps.publish()
    await locked(from, to, async (trx) => {
      await history.renameIn(trx, from, to, author)
      await retireGroupFiles(root, from, to)
    })
    await endGroupRename(db, from)
  }
  const recover = async () => {
    for (const rename of await listGroupRenames(db)) {
      const { from, to } = rename
      try {
        const { hosts } = await move(rename, false)
        await finish(rename)
        log.info({ group: to, from, hosts }, 'group renamed after an interruption')
      } catch (err) {
        log.warn({ err, group: to, from }, 'group not renamed')
      }
    }
  }
  return {
    async rename(from, to, author) {
      await recover()
      const rename = { from, to, author, at: new Date(now()) }
      const isFirst = await locked(from, to, async (trx) => {
        await refuse(trx, from, to)
        return beginGroupRename(trx, rename)
      })
      if (!isFirst) throw apiError('GROUP_BUSY', `group ${from} is being renamed`, 'Look again.')
      const moved = await move(rename, true).catch(async (error) => {
        await endGroupRename(db, from)
        throw error
      })
      await finish(rename)
      await deps.publish()
      const hasOwn = await hasOwnGrubConfig(root, to)
      const { hosts, version, made } = moved
      return { hosts, version, files: made.filter((file) => hasOwn || !file.endsWith('.cfg')) }
    },
    recover,
  }
}
