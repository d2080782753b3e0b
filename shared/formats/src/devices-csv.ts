import {
  cellsOfDevice,
  columnName,
  columnNumber,
  type Device,
  defaultSchool,
  hostnameIn,
  nameIn,
  reservedOf,
  roles,
} from './devices-csv-columns.ts'
import { type ColumnProblem, deviceErrors, deviceWarnings, isPool } from './devices-csv-rules.ts'
import { parseMac } from './mac.ts'
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

/** A device and the line it stands in, from 1. */
export interface DeviceRow extends Device {
  line: number
}

/** A problem with one column of a line: both numbers from 1, `name` is the column's. */
export interface LineProblem extends ColumnProblem {
  line: number
  name: string
}

export interface ParsedDevices {
  /** The lines that can be taken. */
  rows: DeviceRow[]
  /** Why the others cannot: one entry for each column that breaks a rule. */
  refused: LineProblem[]
  /** What is taken, but may surprise. */
  warnings: LineProblem[]
  /** Every host name that has a line, also a refused one. */
  named: Set<string>
}

/**
 * Reads a school's devices.csv: semicolons, no quoting, 15 columns of which registration writes only the first 11.
 * Lines that begin with `#` or another sign that no room begins with, and empty lines, are comments, as for linuxmuster's
 * importer (reference 4.1). A line that breaks a rule, or repeats a host name, MAC or
 * address of a line before, is refused with the reason; the others are taken. Never throws.
 */
export function parseDevicesCsv(text: string, school = defaultSchool): ParsedDevices {
  const parsed: ParsedDevices = { rows: [], refused: [], warnings: [], named: new Set() }
  const taken = new Map<string, number>()
  for (const [index, { text: written }] of readSeparated(text).lines.entries()) {
    const line = index + 1
    const cells = cellsOf(written)
    if (isComment(written)) {
      if (isStruckOut(written, cells)) parsed.warnings.push({ line, ...struckOut })
      continue
    }
    const hostname = hostnameOfLine(written, school)
    if (hostname) parsed.named.add(hostname)
    const name = (one: ColumnProblem): LineProblem => ({
      line,
      ...one,
      name: columnName(one.column),
    })
    const shape = whyNotLine(written, cells)
    const errors = shape ? [shape] : deviceErrors({ school, cells })
    const row = errors.length === 0 ? toRow(cells, line, school) : undefined
    if (row) errors.push(...repeated(row, taken))
    if (!row || errors.length > 0) {
      parsed.refused.push(...errors.map(name))
      continue
    }
    for (const field of unique) if (row[field] !== null) taken.set(`${field} ${row[field]}`, line)
    parsed.rows.push(row)
    parsed.warnings.push(...deviceWarnings(row, cells).map(name))
  }
  return parsed
}

/** True for lines that say nothing about a device. A blank or quote before a room is a slip, not a comment. */
export function isComment(line: string): boolean {
  return /^(?:[\s;]*(?:#|$)|[!#-/:-@[-`{-~])/.test(line)
}

/** True for a comment that would be a device without its first character, as administrators switch devices off. */
function isStruckOut(line: string, cells: readonly string[]): boolean {
  return !/^[\s;]*(#|$)/.test(line) && cells.length >= 11
}

const struckOut = {
  column: 1,
  name: columnName(1),
  message: 'the line does not begin with a letter or digit, so it is no device',
  fix: 'Begin it with # to say that it is switched off, or with the room to take it.',
}

/** The host name a line is about, whether or not it can be taken; undefined when there is none. */
export function hostnameOfLine(line: string, school: string): string | undefined {
  if (isComment(line)) return undefined
  const name = cellsOf(line)[columnNumber.hostname - 1]?.toLowerCase()
  return name ? hostnameIn(school, name) : undefined
}

/** The same file with a field of one row changed; every other byte stays. @param line from 1 */
export function setDeviceField(
  file: SeparatedFile,
  line: number,
  column: number,
  value: string,
): SeparatedFile {
  const old = file.lines[line - 1]?.text ?? ''
  if ((cellsOf(old)[column - 1] ?? '') === value || file.lines[line - 1] === undefined) return file
  return withLine(file, line - 1, withCell(old, column - 1, value))
}

/** The same file with more rows, each behind the last one of its room, else at the end. */
export function addDevices(
  file: SeparatedFile,
  devices: readonly Device[],
  school = defaultSchool,
): SeparatedFile {
  const lastOfRoom = new Map<string, number>()
  for (const [index, { text }] of file.lines.entries()) {
    const [room = ''] = isComment(text) ? [] : cellsOf(text)
    if (room) lastOfRoom.set(room, index)
  }
  return withNewLines(
    file,
    devices.map((device) => ({
      behind: lastOfRoom.get(device.room),
      text: lineOf(cellsOfDevice(device, nameIn(school, device.hostname))),
    })),
  )
}

/** The same file without these rows. @param lines from 1 */
export function removeDevices(file: SeparatedFile, lines: Iterable<number>): SeparatedFile {
  return withoutLines(file, new Set([...lines].map((line) => line - 1)))
}

const unique = ['hostname', 'mac', 'ip'] as const

function whyNotLine(written: string, cells: readonly string[]): ColumnProblem | undefined {
  if (!/^[A-Za-z0-9]/.test(written)) {
    const message = 'the line does not begin with a room'
    return { column: 1, message, fix: 'Begin it with the room, or with # .' }
  }
  if (cells.length >= 11) return undefined
  const separators = cells.length === 1 && written.includes(',') ? ' separated by ;' : ''
  return {
    column: cells.length,
    message: `the line has ${cells.length} columns${separators}`,
    fix: 'Write 15 columns separated by semicolons; at least the first 11 must be there.',
  }
}

function repeated(row: DeviceRow, taken: Map<string, number>): ColumnProblem[] {
  return unique.flatMap((field) => {
    const first = row[field] === null ? undefined : taken.get(`${field} ${row[field]}`)
    if (first === undefined) return []
    const message = `${words[field]} ${row[field]} is in line ${first} too`
    const fix = 'Remove one of the two lines or correct it.'
    return [{ column: columnNumber[field], message, fix }]
  })
}

const words = { hostname: 'the host name', mac: 'the MAC', ip: 'the address' }

function toRow(cells: readonly string[], line: number, school: string): DeviceRow {
  const at = (number: number) => cells[number - 1] ?? ''
  return {
    line,
    room: at(1),
    hostname: hostnameIn(school, at(2).toLowerCase()),
    group: at(3),
    mac: parseMac(at(4)) ?? '',
    ip: isPool(at(5)) ? null : at(5),
    officeKey: at(6),
    windowsKey: at(7),
    dhcpOptions: at(8),
    role: at(9) || roles[0],
    pxe: Number(at(11)),
    comment: at(15),
    reserved: reservedOf(cells),
  }
}
