import type { LineProblem } from './devices-csv.ts'
import { parseIpv4 } from './ipv4.ts'
import {
  cellsOf,
  lineOf,
  readSeparated,
  type SeparatedFile,
  withCell,
  withLine,
  withNewLines,
  withoutLines,
} from './separated-lines.ts'

/** One network of subnets.csv. */
export interface SubnetRow {
  /** From 1. */
  line: number
  /** `10.16.0.0/16`. */
  network: string
  router: string
  /** The addresses for unknown machines, if any. */
  range: { first: string; last: string } | undefined
  nameservers: string[]
  /** Where machines of this network load from, when that is not the server. */
  nextServer: string | undefined
  /** The server's own network, written by linuxmuster's setup. */
  isSetup: boolean
}

export interface ParsedSubnets {
  rows: SubnetRow[]
  refused: LineProblem[]
  warnings: LineProblem[]
}

/** Names of the columns in their order. */
export const subnetColumns = [
  'network',
  'router',
  'firstIp',
  'lastIp',
  'nameserver',
  'nextServer',
  'setup',
] as const
export type SubnetColumn = (typeof subnetColumns)[number]

/**
 * Reads subnets.csv: `network/prefix;router;first;last;nameserver;next-server;SETUP`. Lines that do not begin with a
 * digit are comments. Network and router must be there; as in linuxmuster, an optional address that is none counts as
 * empty, with a warning. Never throws.
 */
export function parseSubnetsCsv(text: string): ParsedSubnets {
  const parsed: ParsedSubnets = { rows: [], refused: [], warnings: [] }
  const seen = new Map<string, number>()
  for (const [index, { text: written }] of readSeparated(text).lines.entries()) {
    if (!/^\d/.test(written)) continue
    const line = index + 1
    const tell = (list: LineProblem[], name: SubnetColumn, message: string, fix: string) =>
      list.push({ line, column: subnetColumns.indexOf(name) + 1, name, message, fix })
    const refuse = (name: SubnetColumn, message: string, fix: string) =>
      tell(parsed.refused, name, message, fix)
    const warn = (name: SubnetColumn, message: string) =>
      tell(parsed.warnings, name, message, 'Write an IPv4 address, or nothing.')
    const row = readRow(cellsOf(written), line, refuse, warn)
    if (!row) continue
    const first = seen.get(row.network)
    if (first !== undefined) {
      const fix = 'Remove one of the two lines.'
      refuse('network', `the network ${row.network} is in line ${first} too`, fix)
      continue
    }
    seen.set(row.network, line)
    parsed.rows.push(row)
  }
  return parsed
}

/** The same file with one column of a row changed; every other byte stays. @param line from 1 */
export function setSubnetColumn(
  file: SeparatedFile,
  line: number,
  column: SubnetColumn,
  value: string,
): SeparatedFile {
  const old = file.lines[line - 1]
  return old
    ? withLine(file, line - 1, withCell(old.text, subnetColumns.indexOf(column), value))
    : file
}

/** The same file with another network at its end. */
export function addSubnet(file: SeparatedFile, columns: Partial<Record<SubnetColumn, string>>) {
  const text = lineOf(subnetColumns.map((name) => columns[name] ?? ''))
  return withNewLines(file, [{ behind: undefined, text }])
}

/** The same file without a row. @param line from 1 */
export function removeSubnet(file: SeparatedFile, line: number): SeparatedFile {
  return withoutLines(file, new Set([line - 1]))
}

function readRow(
  cells: string[],
  line: number,
  refuse: (name: SubnetColumn, message: string, fix: string) => void,
  warn: (name: SubnetColumn, message: string) => void,
): SubnetRow | undefined {
  const at = (name: SubnetColumn) => cells[subnetColumns.indexOf(name)] ?? ''
  const network = readNetwork(at('network'))
  if (!network) {
    const message = `"${at('network')}" is no network`
    refuse('network', message, 'Write its first address and prefix length, like 10.16.0.0/16.')
    return undefined
  }
  const isInside = (address: string) => {
    const number = toNumber(address)
    return number !== undefined && network.first < number && number < network.last
  }
  if (!isInside(at('router'))) {
    const message = `the router "${at('router')}" is no address of ${at('network')}`
    refuse('router', message, 'Every network needs a router inside it.')
    return undefined
  }
  const optional = (name: SubnetColumn) => {
    const value = at(name)
    if (value === '' || toNumber(value) !== undefined) return value
    warn(name, `"${value}" is no IPv4 address, so it counts as empty`)
    return ''
  }
  const [first, last] = [optional('firstIp'), optional('lastIp')]
  const hasRange = first !== '' && last !== ''
  if (!hasRange && first + last !== '') {
    warn(first === '' ? 'firstIp' : 'lastIp', 'the range has one end only, so there is none')
  }
  const isOrdered = (toNumber(first) ?? 0) <= (toNumber(last) ?? 0)
  if (hasRange && !(isInside(first) && isInside(last) && isOrdered)) {
    const message = `${first} to ${last} is no range of ${at('network')}`
    refuse('firstIp', message, 'Both must be inside the network, the lower one first.')
    return undefined
  }
  const names = at('nameserver').split(',')
  const nameservers = names.map((one) => one.trim()).filter(Boolean)
  const wrong = nameservers.find((one) => toNumber(one) === undefined)
  if (wrong) warn('nameserver', `"${wrong}" is no IPv4 address, so it is left out`)
  return {
    line,
    network: at('network'),
    router: at('router'),
    range: hasRange ? { first, last } : undefined,
    nameservers: nameservers.filter((one) => toNumber(one) !== undefined),
    nextServer: optional('nextServer') || undefined,
    isSetup: at('setup') === 'SETUP',
  }
}

/** Its first and last address; undefined when it is none, or an address inside a network stands for it. */
function readNetwork(text: string): { first: number; last: number } | undefined {
  const [address = '', prefix = ''] = text.split('/')
  const first = toNumber(address)
  if (first === undefined || !/^([1-9]|[12]\d|30)$/.test(prefix)) return undefined
  const size = 2 ** (32 - Number(prefix))
  return text === `${address}/${prefix}` && first % size === 0
    ? { first, last: first + size - 1 }
    : undefined
}

function toNumber(text: string): number | undefined {
  const parts = parseIpv4(text)
  return parts?.reduce((sum, part) => sum * 256 + part, 0)
}
