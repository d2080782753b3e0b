import {
  changeHost,
  type Db,
  findHost,
  findHostByMac,
  type HostRow,
  listHosts,
  type NewHost,
  saveHost,
} from '@linbo/db'
import type { DeviceRow, RefusedLine } from '@linbo/formats'
import { apiError } from './errors.ts'

/** The fields to change; those left out stay. */
export type HostChange = { [K in keyof Omit<NewHost, 'hostname'>]?: NewHost[K] | undefined }

export interface ImportResult {
  added: string[]
  changed: string[]
  unchanged: number
  refused: RefusedLine[]
}

/** @throws LinboError `HOST_CONFLICT` naming the host that has this name, MAC or address. */
export async function addHost(db: Db, host: NewHost): Promise<HostRow> {
  return db.transaction().execute(async (trx) => {
    if (await findHost(trx, host.hostname)) {
      throw apiError(
        'HOST_CONFLICT',
        `there is a host ${host.hostname} already`,
        'Change it with PATCH, or choose another name.',
      )
    }
    await refuseConflict(trx, host)
    return saveHost(trx, host)
  })
}

/** @throws LinboError `HOST_CONFLICT`; returns undefined when there is no such host. */
export async function editHost(
  db: Db,
  hostname: string,
  changes: HostChange,
): Promise<HostRow | undefined> {
  const named = Object.entries(changes).filter(([, value]) => value !== undefined)
  return db.transaction().execute(async (trx) => {
    await refuseConflict(trx, { mac: changes.mac, ip: changes.ip, hostname })
    return changeHost(trx, hostname, Object.fromEntries(named))
  })
}

/**
 * Takes the rows of a devices.csv over: hosts are added or changed, none is removed. A row whose MAC or address
 * belongs to a host that keeps it is refused; hosts may exchange theirs within one file.
 */
export async function importHosts(db: Db, rows: DeviceRow[]): Promise<ImportResult> {
  return db.transaction().execute(async (trx) => {
    const before = new Map((await listHosts(trx)).map((host) => [host.hostname, host]))
    const { taken, refused } = withoutConflicts(rows, before)
    const changed: NewHost[] = []
    const added: NewHost[] = []
    for (const host of taken) {
      const old = before.get(host.hostname)
      if (!old) added.push(host)
      else if (isDifferent(old, host)) changed.push(host)
    }
    // Set aside first, so that two hosts can exchange what has to be unique.
    for (const { hostname } of changed) {
      await changeHost(trx, hostname, { mac: `moving ${hostname}`, ip: null })
    }
    for (const host of [...changed, ...added]) await saveHost(trx, host)
    return {
      added: added.map((host) => host.hostname),
      changed: changed.map((host) => host.hostname),
      unchanged: taken.length - added.length - changed.length,
      refused,
    }
  })
}

async function refuseConflict(
  db: Db,
  host: { hostname: string; mac?: string | undefined; ip?: string | null | undefined },
): Promise<void> {
  const sameMac = host.mac ? await findHostByMac(db, host.mac) : undefined
  if (sameMac && sameMac.hostname !== host.hostname) throw conflict('MAC', host.mac, sameMac)
  if (!host.ip) return
  const sameIp = await db
    .selectFrom('hosts')
    .selectAll()
    .where('ip', '=', host.ip)
    .where('hostname', '!=', host.hostname)
    .executeTakeFirst()
  if (sameIp) throw conflict('address', host.ip, sameIp)
}

function conflict(what: string, value: string | undefined, other: HostRow) {
  return apiError(
    'HOST_CONFLICT',
    `the ${what} ${value} belongs to host ${other.hostname}`,
    `Use another ${what}, or change ${other.hostname} first.`,
  )
}

/**
 * Leaves out the rows that want what a host keeps that is not in the file. A host whose row is left out keeps
 * what it has too, so this goes on until nothing clashes.
 */
function withoutConflicts(
  rows: DeviceRow[],
  before: Map<string, HostRow>,
): { taken: NewHost[]; refused: RefusedLine[] } {
  const inFile = new Set(rows.map((row) => row.hostname))
  const kept = [...before.values()].filter((host) => !inFile.has(host.hostname))
  const refused: RefusedLine[] = []
  for (const row of rows) {
    const owner = kept.find((host) => host.mac === row.mac || (row.ip && host.ip === row.ip))
    if (!owner) continue
    const isMac = owner.mac === row.mac
    refused.push({
      line: row.line,
      column: isMac ? 4 : 5,
      message: `the ${isMac ? `MAC ${row.mac}` : `address ${row.ip}`} belongs to host ${owner.hostname}`,
      fix: `Correct the line, or change ${owner.hostname}.`,
    })
  }
  if (refused.length === 0) return { taken: rows.map(toHost), refused }
  const lines = new Set(refused.map((one) => one.line))
  const rest = withoutConflicts(
    rows.filter((row) => !lines.has(row.line)),
    before,
  )
  return { taken: rest.taken, refused: [...refused, ...rest.refused] }
}

function toHost({ hostname, mac, ip, group, room, pxe, role, comment }: DeviceRow): NewHost {
  return { hostname, mac, ip, group, room, pxe, role, comment }
}

function isDifferent(old: HostRow, host: NewHost): boolean {
  return Object.entries(host).some(([key, value]) => old[key as keyof HostRow] !== value)
}
