import {
  changeHost,
  type Db,
  findHost,
  findHostByMac,
  type HostRow,
  lockHosts,
  type NewHost,
  saveHost,
} from '@linbo/db'
import { defaultSchool, hostnameIn, nameIn } from '@linbo/formats'
import { apiError } from '../errors.ts'

/** The fields to change; those left out stay. */
export type HostChange = {
  [K in keyof Omit<NewHost, 'hostname' | 'reserved'>]?: NewHost[K] | undefined
}

/** @throws LinboError `HOST_CONFLICT` naming the host that has this name, MAC or address; `HOST_SCHOOL`. */
export function addHost(db: Db, host: NewHost): Promise<HostRow> {
  return db.transaction().execute((trx) => insertHost(trx, host))
}

/** `addHost` within a transaction. @throws LinboError `HOST_CONFLICT`, `HOST_SCHOOL` */
export async function insertHost(trx: Db, host: NewHost): Promise<HostRow> {
  refuseForeignName(host.hostname, host.school)
  await lockHosts(trx)
  if (await findHost(trx, host.hostname)) {
    throw apiError(
      'HOST_CONFLICT',
      `there is a host ${host.hostname} already`,
      'Change it with PATCH, or choose another name.',
    )
  }
  await refuseConflict(trx, host)
  return saveHost(trx, host)
}

/** @throws LinboError `HOST_CONFLICT`, `HOST_SCHOOL`; returns undefined when there is no such host. */
export function editHost(
  db: Db,
  hostname: string,
  changes: HostChange,
): Promise<HostRow | undefined> {
  return db.transaction().execute((trx) => updateHost(trx, hostname, changes))
}

/** `editHost` within a transaction. @throws LinboError `HOST_CONFLICT`, `HOST_SCHOOL` */
export async function updateHost(
  trx: Db,
  hostname: string,
  changes: HostChange,
): Promise<HostRow | undefined> {
  refuseForeignName(hostname, changes.school)
  await lockHosts(trx)
  const named = Object.entries(changes).filter(([, value]) => value !== undefined)
  await refuseConflict(trx, { mac: changes.mac, ip: changes.ip, hostname })
  return changeHost(trx, hostname, Object.fromEntries(named))
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

/** Everywhere outside its devices.csv, a host of another school than the default one bears the school's name. */
function refuseForeignName(hostname: string, school: string | undefined): void {
  if (school === undefined || nameIn(school, hostname) !== hostname) return
  if (school === defaultSchool) return
  throw apiError(
    'HOST_SCHOOL',
    `host ${hostname} of school ${school} must be called ${school}-…`,
    `Call it ${hostnameIn(school, hostname)}.`,
  )
}
