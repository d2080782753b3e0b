import { accountRoles, type Device, hostnameIn, roles } from './devices-csv-columns.ts'
import { parseDhcpStatements } from './dhcp-statements.ts'
import { whyNotHostIp } from './ipv4.ts'
import { parseMac } from './mac.ts'
import { whyNotGroup, whyNotHostname, whyNotRoom } from './names.ts'

/** What is wrong with one column of a line. */
export interface ColumnProblem {
  /** From 1. */
  column: number
  message: string
  fix: string
}

/** A line as it is read: its columns without the blanks around them. */
export interface WrittenDevice {
  school: string
  cells: readonly string[]
}

/**
 * What linuxmuster's importer (`network.py`), sophomorix and we refuse. One problem per column, in their order; none
 * means that the line can be taken.
 */
export function deviceErrors({ school, cells }: WrittenDevice): ColumnProblem[] {
  const at = (number: number) => cells[number - 1] ?? ''
  const [room, group] = [at(1), at(3)]
  const hostname = hostnameIn(school, at(2).toLowerCase())
  const isRole = at(9) === '' || (roles as readonly string[]).includes(at(9))
  const same = group === room ? `the group and the room are both "${room}"` : undefined
  const rules: [number, string | undefined, string][] = [
    [1, whyNotRoom(room), 'Correct the room.'],
    [2, at(2) === '' ? whyNotHostname('') : whyNotHostname(hostname), 'Correct the host name.'],
    [3, whyNotGroup(group) ?? same, same ? 'Give one of them another name.' : 'Correct the group.'],
    [4, parseMac(at(4)) ? undefined : `"${at(4)}" is no MAC`, 'Write it as 52:54:00:ab:cd:07.'],
    [5, isPool(at(5)) ? undefined : whyNotHostIp(at(5)), 'Write an IPv4 address or DHCP.'],
    [9, isRole ? undefined : `"${at(9)}" is no role`, `Use one of ${roles.join(', ')}.`],
    [
      11,
      /^[0-3]$/.test(at(11)) ? undefined : `the PXE flag is "${at(11)}"`,
      'Write 0 (no PXE), 1 (LINBO), 2 or 3.',
    ],
  ]
  for (const [index, cell] of cells.entries()) {
    if (
      /[\x00-\x08\x0a-\x1f\x7f]/.test(cell) &&
      !rules.some(([n, why]) => n === index + 1 && why)
    ) {
      rules.push([index + 1, 'there is a control character in it', 'Write the column again.'])
    }
  }
  return problems(rules).toSorted((a, b) => a.column - b.column)
}

/** What works here, but not everywhere in linuxmuster: Windows' names, its documentation's rules, its importer. */
export function deviceWarnings(device: Device, cells: readonly string[]): ColumnProblem[] {
  const { room, hostname, group, role, dhcpOptions } = device
  const reserved = (name: string) =>
    /^(con|man)$/i.test(name) ? `"${name}" is a reserved word` : undefined
  const isLong = hostname.length > 15 && accountRoles.has(role)
  return problems([
    [
      1,
      reserved(room) ??
        (room.includes('-') ? 'the room has a hyphen' : undefined) ??
        (room.length > 10 ? `the room has ${room.length} characters` : undefined),
      'linuxmuster asks for at most 10 letters and digits.',
    ],
    [
      2,
      reserved(hostname) ??
        (isLong ? `${hostname} has ${hostname.length} characters, Windows takes 15` : undefined),
      'Shorten it: the domain cuts the computer account after 15 characters.',
    ],
    [
      3,
      reserved(group) ?? (group.includes('-') ? 'the group has a hyphen' : undefined),
      'linuxmuster asks for group names of letters, digits and _.',
    ],
    [
      4,
      /[:-]/.test(cells[3] ?? '') ? undefined : `the MAC ${cells[3]} has no separators`,
      `linuxmuster's importer skips the line; write ${device.mac}.`,
    ],
    [8, whyUnused(dhcpOptions), 'It is kept, and given to ISC dhcpd by `linbo dhcp config`.'],
  ])
}

function whyUnused(dhcpOptions: string): string | undefined {
  if (dhcpOptions === '') return undefined
  if (dhcpOptions.length < 5) return 'it has less than 5 characters, so nobody uses it'
  const [other] = parseDhcpStatements(dhcpOptions).others
  return other && `our own DHCP server does not follow "${other}"`
}

function problems(rules: [number, string | undefined, string][]): ColumnProblem[] {
  return rules.flatMap(([column, message, fix]) =>
    message === undefined ? [] : [{ column, message, fix }],
  )
}

/** True for the literal that means an address from the pool. */
export function isPool(ip: string): boolean {
  return ip.toUpperCase() === 'DHCP'
}
