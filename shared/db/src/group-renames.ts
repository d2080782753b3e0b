import type { Selectable } from 'kysely'
import { lockHosts } from './host-rows.ts'
import type { Db, GroupRenameTable } from './schema.ts'
import { latestStartConfVersion } from './start-conf-versions.ts'

export type GroupRename = Selectable<GroupRenameTable>

/**
 * Notes what is about to happen, so that a server that dies meanwhile can finish it.
 * @returns false when a rename of this group is under way already.
 */
export async function beginGroupRename(db: Db, rename: GroupRename): Promise<boolean> {
  const result = await db
    .insertInto('group_renames')
    .values(rename)
    .onConflict((conflict) => conflict.column('from').doNothing())
    .executeTakeFirst()
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0
}

/** The renames that were begun and have not ended. */
export function listGroupRenames(db: Db): Promise<GroupRename[]> {
  return db.selectFrom('group_renames').selectAll().orderBy('at').execute()
}

export async function endGroupRename(db: Db, from: string): Promise<void> {
  await db.deleteFrom('group_renames').where('from', '=', from).execute()
}

/**
 * Gives everything of a group in the database to another name: its hosts, their boots, machines that ask to be
 * its hosts, and the versions of its start.conf, which follow those the other name has. Doing it twice changes
 * nothing; the caller holds the locks of both groups.
 * @returns how many hosts moved.
 */
export async function moveGroup(trx: Db, from: string, to: string): Promise<number> {
  await lockHosts(trx)
  const hosts = await trx
    .updateTable('hosts')
    .set({ group: to, updated_at: new Date() })
    .where('group', '=', from)
    .executeTakeFirst()
  await trx.updateTable('boots').set({ group: to }).where('group', '=', from).execute()
  await trx
    .updateTable('registrations')
    .set({ group: to })
    .where('group', '=', from)
    .where('state', '=', 'pending')
    .execute()
  const last = await latestStartConfVersion(trx, to)
  await trx
    .updateTable('start_conf_versions')
    .set((eb) => ({ group: to, number: eb('number', '+', last?.number ?? 0) }))
    .where('group', '=', from)
    .execute()
  return Number(hosts.numUpdatedRows)
}
