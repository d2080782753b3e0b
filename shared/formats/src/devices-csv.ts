import { whyNotHostIp } from './ipv4.ts'
import { parseMac } from './mac.ts'
import { whyNotGroup, whyNotHostname, whyNotRoom } from './names.ts'

/** The roles devices.csv knows; the first is what an empty column means. */
export const roles = [
  'classroom-studentcomputer',
  'classroom-teachercomputer',
  'faculty-teachercomputer',
  'staffcomputer',
  'server',
  'addc',
  'printer',
  'mobile',
  'iponly',
  'thinclient',
  'voip',
  'byod',
  'router',
  'wlan',
  'switch',
] as const

/** One device. Columns LINBO has no use for are kept so that a file read and printed says the same. */
export interface DeviceRow {
  /** From 1; 0 for a row that comes from elsewhere. */
  line: number
  room: string
  hostname: string
  group: string
  /** Lower-case with colons. */
  mac: string
  /** Null when the address comes from the pool (`DHCP`). */
  ip: string | null
  officeKey: string
  windowsKey: string
  /** Extra ISC dhcpd statements, comma separated. */
  dhcpOptions: string
  role: string
  /** 0 no PXE, 1 LINBO, 2 LINBO with OPSI, 3 OPSI. */
  pxe: number
  comment: string
  /** Columns 10, 12, 13, 14 (from 1) and those after 15. */
  reserved: string[]
}

/** What `printDevicesCsv` needs of a host. */
export type PrintableDevice = Pick<
  DeviceRow,
  'room' | 'hostname' | 'group' | 'mac' | 'ip' | 'role' | 'pxe' | 'comment'
> &
  Partial<DeviceRow>

export interface RefusedLine {
  /** Line and column, both from 1. */
  line: number
  column: number
  message: string
  fix: string
}

const columnNumber = { room: 1, hostname: 2, group: 3, mac: 4, ip: 5, role: 9, pxe: 11 }

/**
 * Reads devices.csv: semicolons, no quoting, 15 columns of which registration writes only the first 11. Lines
 * that begin with `#` and empty lines are comments. A line that breaks a rule, or repeats a host name, MAC or
 * address of a line before, is refused with the reason; the others are taken.
 */
export function parseDevicesCsv(text: string): { rows: DeviceRow[]; refused: RefusedLine[] } {
  const rows: DeviceRow[] = []
  const refused: RefusedLine[] = []
  const taken = new Map<string, number>()
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  for (const [index, written] of lines.entries()) {
    const line = index + 1
    if (/^[\s;]*(#|$)/.test(written)) continue
    const refuse = (column: keyof typeof columnNumber, message: string, fix: string) =>
      refused.push({ line, column: columnNumber[column], message, fix })
    const row = readRow(written, line, refuse)
    if (!row) continue
    const repeated = (['hostname', 'mac', 'ip'] as const).find(
      (column) => row[column] !== null && taken.has(`${column} ${row[column]}`),
    )
    if (repeated) {
      const first = taken.get(`${repeated} ${row[repeated]}`)
      refuse(
        repeated,
        `${repeated} ${row[repeated]} is in line ${first} too`,
        'Remove one of the two lines or correct it.',
      )
      continue
    }
    for (const column of ['hostname', 'mac', 'ip'] as const)
      if (row[column] !== null) taken.set(`${column} ${row[column]}`, line)
    rows.push(row)
  }
  return { rows, refused }
}

function readRow(
  written: string,
  line: number,
  refuse: (column: keyof typeof columnNumber, message: string, fix: string) => void,
): DeviceRow | undefined {
  if (!/^[A-Za-z0-9]/.test(written)) {
    refuse('room', 'the line does not begin with a room', 'Begin it with the room, or with # .')
    return undefined
  }
  const columns = written.split(';').map((column) => column.trim())
  if (columns.length < 11) {
    const separators = columns.length === 1 && written.includes(',') ? ' separated by ;' : ''
    refuse(
      'pxe',
      `the line has ${columns.length} columns${separators}`,
      'Write 15 columns separated by semicolons; at least the first 11 must be there.',
    )
    return undefined
  }
  const at = (number: number) => columns[number - 1] ?? ''
  const [room, hostname, group] = [at(1), at(2).toLowerCase(), at(3)]
  const mac = parseMac(at(4))
  const ip = at(5).toUpperCase() === 'DHCP' ? null : at(5)
  const role = at(9) || roles[0]
  const whyNot =
    check('room', whyNotRoom(room), 'Correct the room.') ??
    check('hostname', whyNotHostname(hostname), 'Correct the host name.') ??
    check('group', whyNotGroup(group), 'Correct the group.') ??
    check(
      'group',
      group === room ? `the group and the room are both "${room}"` : undefined,
      'Give one of them another name.',
    ) ??
    check('mac', mac ? undefined : `"${at(4)}" is no MAC`, 'Write it as 52:54:00:ab:cd:07.') ??
    check('ip', ip === null ? undefined : whyNotHostIp(ip), 'Write an IPv4 address or DHCP.') ??
    check(
      'role',
      (roles as readonly string[]).includes(role) ? undefined : `"${role}" is no role`,
      `Use one of ${roles.join(', ')}.`,
    ) ??
    check(
      'pxe',
      /^[0-3]$/.test(at(11)) ? undefined : `the PXE flag is "${at(11)}"`,
      'Write 0 (no PXE), 1 (LINBO), 2 or 3.',
    )
  if (whyNot || !mac) {
    if (whyNot) refuse(...whyNot)
    return undefined
  }
  return {
    line,
    room,
    hostname,
    group,
    mac,
    ip,
    officeKey: at(6),
    windowsKey: at(7),
    dhcpOptions: at(8),
    role,
    pxe: Number(at(11)),
    comment: at(15),
    reserved: [at(10), at(12), at(13), at(14), ...columns.slice(15)],
  }
}

function check(
  column: keyof typeof columnNumber,
  message: string | undefined,
  fix: string,
): [keyof typeof columnNumber, string, string] | undefined {
  return message === undefined ? undefined : [column, message, fix]
}

/** Prints devices.csv, one line of 15 columns for each host. */
export function printDevicesCsv(hosts: Iterable<PrintableDevice>): string {
  let text = ''
  for (const host of hosts) {
    const [reserved10 = '', ...reserved] = host.reserved ?? []
    const [reserved12 = '', reserved13 = '', reserved14 = '', ...more] = reserved
    const columns = [
      host.room,
      host.hostname,
      host.group,
      host.mac,
      host.ip ?? 'DHCP',
      host.officeKey ?? '',
      host.windowsKey ?? '',
      host.dhcpOptions ?? '',
      host.role,
      reserved10,
      String(host.pxe),
      reserved12,
      reserved13,
      reserved14,
      host.comment,
      ...more,
    ]
    text += `${columns.map(withoutSeparators).join(';')}\n`
  }
  return text
}

/** There is no quoting in devices.csv, so a separator inside a column becomes a blank. */
function withoutSeparators(column: string): string {
  return column.replace(/[;\r\n]+/g, ' ').trim()
}
