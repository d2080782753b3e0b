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

/** Roles that get a computer account in the Active Directory. */
export const accountRoles: ReadonlySet<string> = new Set(roles.slice(0, 8))

/** The school whose host names have no prefix. */
export const defaultSchool = 'default-school'

/** One device. Columns LINBO has no use for are kept so that a file read and printed says the same. */
export interface Device {
  room: string
  /** As the suite knows it: with the school's prefix. */
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
  /** Columns 10, 12, 13, 14 (from 1) and those after 15, without empty ones at the end. */
  reserved: string[]
}

export type DeviceField = keyof Device

/** What a column is called in messages, by its number from 1. */
export function columnName(number: number): string {
  return columnNames[number - 1] ?? `option${number}`
}

const columnNames = [
  ...['room', 'hostname', 'group', 'mac', 'ip', 'officeKey', 'windowsKey', 'dhcpOptions', 'role'],
  ...['reserved10', 'pxe', 'reserved12', 'reserved13', 'reserved14', 'comment'],
]

/** Number of each field's column, from 1; the reserved ones are in several. */
export const columnNumber: Record<Exclude<DeviceField, 'reserved'>, number> = {
  room: 1,
  hostname: 2,
  group: 3,
  mac: 4,
  ip: 5,
  officeKey: 6,
  windowsKey: 7,
  dhcpOptions: 8,
  role: 9,
  pxe: 11,
  comment: 15,
}

/** Numbers of the reserved columns, as far as the fifteen go. */
const reservedColumns = [10, 12, 13, 14]

/** The number, from 1, of the column an element of `reserved` stands in. */
export function reservedColumn(index: number): number {
  return reservedColumns[index] ?? index + 16 - reservedColumns.length
}

/** The reserved columns of a line's cells. */
export function reservedOf(cells: readonly string[]): string[] {
  const values = [...reservedColumns.map((number) => cells[number - 1] ?? ''), ...cells.slice(15)]
  return values.slice(0, values.findLastIndex((value) => value !== '') + 1)
}

/** A device as the fifteen columns and more of a line. @param name the host name without the school's prefix. */
export function cellsOfDevice(device: Device, name: string): string[] {
  const cells = Array.from({ length: 15 }, () => '')
  const put = (number: number, value: string) => {
    while (cells.length < number) cells.push('')
    cells[number - 1] = value
  }
  const { reserved, ip, pxe, ...texts } = device
  for (const [field, value] of Object.entries({ ...texts, hostname: name })) {
    put(columnNumber[field as keyof typeof columnNumber], value)
  }
  put(columnNumber.ip, ip ?? 'DHCP')
  put(columnNumber.pxe, String(pxe))
  for (const [index, value] of reserved.entries()) put(reservedColumn(index), value)
  return cells
}

/** The suite's name of a host that a school's devices.csv calls `name`. */
export function hostnameIn(school: string, name: string): string {
  return school === defaultSchool ? name : `${school}-${name}`
}

/** The name of a host in its school's devices.csv. */
export function nameIn(school: string, hostname: string): string {
  const prefix = school === defaultSchool ? '' : `${school}-`
  return hostname.startsWith(prefix) ? hostname.slice(prefix.length) : hostname
}
