import { join } from 'node:path'
import type { Bus } from '@linbo/bus'
import {
  askForRegistration,
  type Db,
  findHost,
  type HostRow,
  type NewRegistration,
  noteDuplicate,
} from '@linbo/db'
import { parseDevicesCsv } from '@linbo/formats'
import { LinboError, writeAtomic } from '@linbo/runtime'
import { errorCode } from './errors.ts'
import type { AcceptedUpload } from './upload.ts'

export type Registration = Extract<AcceptedUpload, { kind: 'registration' }>

/** Longer ones are no registration, in bytes. */
export const registrationBytes = 4096

/**
 * Takes a machine's introduction: one line of devices.csv, as `linbo_register` writes it. It waits for somebody to
 * approve it; the line becomes `last_registered`, from which clients count on. What is a host already only is noted.
 * @returns what became of it, in words
 * @throws LinboError `SYNC_REGISTRATION`
 */
export async function register(
  { root, db, bus }: { root: string; db: Db; bus: Pick<Bus, 'publish'> },
  upload: Registration,
  text: string,
  fromIp: string,
): Promise<string> {
  const refuse = (why: string) =>
    new LinboError(errorCode.registration, `${upload.path} is refused: ${why}`)
  const { rows, refused } = parseDevicesCsv(text)
  const [row] = rows
  if (!row || rows.length > 1)
    throw refuse(refused[0]?.message ?? 'it is not one line of devices.csv')
  if (row.hostname !== upload.hostname) throw refuse(`it is about ${row.hostname}`)
  const { hostname, mac, ip, room, group, role, pxe } = row
  const written = text.replace(/^\ufeff/, '').split('\n')[row.line - 1] ?? ''
  const raw = written.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim()
  const asked: NewRegistration = {
    ...{ from_ip: fromIp, raw, hostname, mac, ip, room, group, role, pxe },
  }
  const known = await findHost(db, hostname)
  const at = new Date()
  const isDuplicate = known !== undefined && isSame(known, asked)
  const entry = isDuplicate
    ? await noteDuplicate(db, asked, `${hostname} is a host with these fields already`, at)
    : await askForRegistration(db, asked, at)
  if (!isDuplicate) await writeAtomic(join(root, 'last_registered'), `${raw}\n`)
  bus.publish('registration.created', {
    ...{ registration: entry.id, hostname, mac, ip, state: entry.state },
  })
  return isDuplicate ? `${hostname} is registered already` : `${hostname} waits to be approved`
}

/** The same line but for upper and lower case. */
function isSame(host: HostRow, asked: NewRegistration): boolean {
  const columns = ['hostname', 'mac', 'ip', 'room', 'group', 'role', 'pxe'] as const
  const plain = (value: unknown) => String(value ?? 'dhcp').toLowerCase()
  return columns.every((column) => plain(host[column]) === plain(asked[column]))
}
