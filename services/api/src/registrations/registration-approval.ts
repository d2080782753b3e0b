import type { Bus } from '@linbo/bus'
import {
  type Db,
  decideRegistration,
  findHost,
  findHostByMac,
  findRegistration,
  forgetUnknownMachine,
  type HostRow,
  type RegistrationRow,
  removeHost,
} from '@linbo/db'
import { apiError } from '../errors.ts'
import { insertHost, updateHost } from '../hosts/host-changes.ts'

export interface ApprovalDeps {
  db: Db
  bus: Pick<Bus, 'publish'>
  now(): number
  bootConfigs: { publish(): Promise<void> }
}

/**
 * Makes a host of a registration that waits.
 * @param options.replace the host that has its name gets its MAC and fields; one that has its MAC gives it up and goes.
 * @throws LinboError `HOST_CONFLICT` naming the host in the way, `REGISTRATION_UNKNOWN`, `REGISTRATION_DECIDED`.
 */
export async function approve(
  deps: ApprovalDeps,
  id: string,
  options: { by: string; replace: boolean; reason: string | null },
): Promise<{ host: HostRow; registration: RegistrationRow }> {
  const { by, replace, reason } = options
  const at = new Date(deps.now())
  const { host, registration } = await deps.db.transaction().execute(async (trx) => {
    const asked = await findRegistration(trx, id)
    if (!asked) throw unknownRegistration(id)
    const host = asked.state === 'pending' ? await enrol(trx, asked, replace) : undefined
    const decision = { state: 'approved', by, reason, at } as const
    const registration = await decideRegistration(trx, id, decision)
    if (!host || !registration) throw decidedAlready(asked)
    await forgetUnknownMachine(trx, host.mac)
    return { host, registration }
  })
  tell(deps.bus, registration, 'approved', by)
  await deps.bootConfigs.publish()
  return { host, registration }
}

/** @throws LinboError `REGISTRATION_UNKNOWN`, `REGISTRATION_DECIDED` */
export async function reject(
  { db, bus, now }: Pick<ApprovalDeps, 'db' | 'bus' | 'now'>,
  id: string,
  { by, reason }: { by: string; reason: string | null },
): Promise<RegistrationRow> {
  const decision = { state: 'rejected', by, reason, at: new Date(now()) } as const
  const row = await decideRegistration(db, id, decision)
  if (row) {
    tell(bus, row, 'rejected', by)
    return row
  }
  const known = await findRegistration(db, id)
  throw known ? decidedAlready(known) : unknownRegistration(id)
}

async function enrol(trx: Db, asked: RegistrationRow, mayReplace: boolean): Promise<HostRow> {
  const { hostname, mac, ip, room, group, role, pxe } = asked
  const fields = { mac, ip, room, group, role, pxe }
  const named = await findHost(trx, hostname)
  const former = await findHostByMac(trx, mac)
  if (mayReplace && former && former.hostname !== hostname) await removeHost(trx, former.hostname)
  if (named && (named.mac === mac || mayReplace)) {
    const changed = await updateHost(trx, hostname, fields)
    if (changed) return changed
  }
  const kept = mayReplace && former ? { school: former.school, comment: former.comment } : undefined
  return insertHost(trx, { hostname, ...fields, ...kept })
}

function tell(
  bus: Pick<Bus, 'publish'>,
  { id, hostname, mac }: RegistrationRow,
  state: 'approved' | 'rejected',
  by: string,
): void {
  bus.publish('registration.decided', { registration: id, hostname, mac, state, by })
}

export function unknownRegistration(id: string) {
  return apiError(
    'REGISTRATION_UNKNOWN',
    `there is no registration ${id}`,
    'GET /api/v1/registrations lists them.',
  )
}

export function decidedAlready({ hostname, state, decided_by }: RegistrationRow) {
  const by = decided_by ? ` by ${decided_by}` : ''
  const what = state === 'duplicate' ? 'is only noted' : `is ${state}${by}`
  return apiError(
    'REGISTRATION_DECIDED',
    `the registration of ${hostname} ${what}`,
    'Change the host itself, or let the machine register again.',
  )
}
