import { sql } from 'kysely'
import type { HostRow } from './hosts.ts'
import type { Db } from './schema.ts'

/** A host with every field that devices.csv has. */
export type WholeHost = Omit<HostRow, 'created_at' | 'updated_at'>

/** Until the transaction ends, nobody else adds, changes or removes hosts; they can be read all the while. */
export async function lockHosts(trx: Db): Promise<void> {
  await sql`lock table hosts in share row exclusive mode`.execute(trx)
}

/**
 * Adds hosts, and changes those there are, with a few statements for thousands. Hosts may take over each other's MACs
 * and addresses.
 */
export async function saveHosts(trx: Db, hosts: WholeHost[]): Promise<void> {
  if (hosts.length === 0) return
  const names = hosts.map((host) => host.hostname)
  // Set aside first, because what has to be unique is looked at row by row.
  await sql`
    update hosts set mac = 'moving ' || hostname, ip = null where hostname = any(${names}::text[])
  `.execute(trx)
  await sql`
    insert into hosts (hostname, mac, ip, "group", room, school, pxe, role, comment, office_key, windows_key,
      dhcp_options, reserved, updated_at)
    select hostname, mac, ip, "group", room, school, pxe, role, comment, office_key, windows_key, dhcp_options, reserved,
      ${new Date().toISOString()}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(hosts)}::jsonb) as h (
      hostname text, mac text, ip text, "group" text, room text, school text, pxe integer, role text, comment text,
      office_key text, windows_key text, dhcp_options text, reserved jsonb)
    on conflict (hostname) do update set mac = excluded.mac, ip = excluded.ip, "group" = excluded."group",
      room = excluded.room, school = excluded.school, pxe = excluded.pxe, role = excluded.role,
      comment = excluded.comment, office_key = excluded.office_key, windows_key = excluded.windows_key,
      dhcp_options = excluded.dhcp_options, reserved = excluded.reserved, updated_at = excluded.updated_at
  `.execute(trx)
}

/** Removes hosts and the SSH keys pinned for them. */
export async function removeHosts(trx: Db, hostnames: string[]): Promise<void> {
  if (hostnames.length === 0) return
  await sql`delete from known_keys where hostname = any(${hostnames}::text[])`.execute(trx)
  await sql`delete from hosts where hostname = any(${hostnames}::text[])`.execute(trx)
}
