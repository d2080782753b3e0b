import {
  addDevices,
  type DeviceRow,
  hostnameOfLine,
  parseDevicesCsv,
  removeDevices,
  setDeviceField,
} from './devices-csv.ts'
import {
  cellsOfDevice,
  columnNumber,
  type Device,
  nameIn,
  reservedColumn,
} from './devices-csv-columns.ts'
import {
  lineOf,
  printSeparated,
  readSeparated,
  type SeparatedFile,
  withLine,
} from './separated-lines.ts'

/** How a school's hosts came about since its file was read. */
export interface DevicesState {
  school: string
  /** The hosts there are now. */
  devices: readonly Device[]
  /** Host names whose rows were taken over when the file was read. */
  taken: ReadonlySet<string>
  /** Host names that were added or changed since. */
  changed: ReadonlySet<string>
}

/**
 * A devices.csv that says what there is now. Rows that say it already keep every byte, comments and rows that were
 * refused stay, rows of hosts that are gone go, a changed host changes its columns, a new one stands at the end of
 * its room.
 */
export function mergeDevices(text: string, state: DevicesState): string {
  const { school, devices, taken, changed } = state
  const wanted = new Map(devices.map((device) => [device.hostname, device]))
  const { rows } = parseDevicesCsv(text, school)
  const rowOf = new Map(rows.map((row) => [row.hostname, row]))
  let file = readSeparated(text)

  const placed = new Set(rowOf.keys())
  for (const [index, { text: line }] of file.lines.entries()) {
    const hostname = hostnameOfLine(line, school)
    const device = hostname === undefined ? undefined : wanted.get(hostname)
    if (hostname === undefined || !device || placed.has(hostname)) continue
    placed.add(hostname)
    if (!changed.has(hostname)) continue
    file = withLine(file, index, lineOf(cellsOfDevice(device, nameIn(school, hostname))))
  }
  for (const [hostname, row] of rowOf) {
    const device = wanted.get(hostname)
    if (device && (taken.has(hostname) || changed.has(hostname))) file = update(file, row, device)
  }
  const gone = rows.filter(({ hostname }) => taken.has(hostname) && !wanted.has(hostname))
  file = removeDevices(
    file,
    gone.map(({ line }) => line),
  )
  const fresh = devices.filter(({ hostname }) => !placed.has(hostname))
  return printSeparated(addDevices(file, fresh, school))
}

/** Writes the columns in which a row says something else. */
function update(file: SeparatedFile, row: DeviceRow, device: Device): SeparatedFile {
  const { reserved, ...fields } = device
  let updated = file
  const set = (column: number, value: string) => {
    updated = setDeviceField(updated, row.line, column, value)
  }
  for (const [name, column] of Object.entries(columnNumber)) {
    const field = name as keyof typeof columnNumber
    if (field === 'hostname' || fields[field] === row[field]) continue
    set(column, fields[field] === null ? 'DHCP' : String(fields[field]))
  }
  for (let index = 0; index < Math.max(reserved.length, row.reserved.length); index++) {
    const value = reserved[index] ?? ''
    if (value !== (row.reserved[index] ?? '')) set(reservedColumn(index), value)
  }
  return updated
}
