import type { HostRow } from '@linbo/db'
import {
  columnName,
  columnNumber,
  type Device,
  type DeviceRow,
  type LineProblem,
  type ParsedDevices,
} from '@linbo/formats'
import { deviceOf } from './host-device.ts'

type Value = Device[keyof Device]

export interface ChangedDevice {
  device: Device
  /** Old and new value of each field that changes. */
  fields: Record<string, [Value, Value]>
}

/** What taking over a devices.csv would do. */
export interface ImportPlan {
  added: Device[]
  changed: ChangedDevice[]
  unchanged: number
  /** Host names of the rows that are taken. */
  taken: string[]
  /** Hosts that are not in the file and may go. */
  candidates: string[]
  /** Those of them that do go. */
  removed: string[]
  /** Hosts that are not in the file and stay. */
  missing: string[]
  refused: LineProblem[]
  warnings: LineProblem[]
}

export interface PlanOptions {
  school: string
  /** Whether a host that is not in the file may go. */
  mayGo(hostname: string): boolean
}

/**
 * Compares a school's devices.csv with the hosts of all schools. A row that wants a name, MAC or address which stays
 * with another host is refused; hosts may exchange theirs within one file. As long as a row is refused no host goes:
 * it may be the very one that seems to be missing.
 */
export function planImport(
  parsed: ParsedDevices,
  hosts: HostRow[],
  options: PlanOptions,
): ImportPlan {
  const { school, mayGo } = options
  const absent = hosts
    .filter((host) => host.school === school && !parsed.named.has(host.hostname))
    .map((host) => host.hostname)
  const candidates = absent.filter(mayGo)
  const going = parsed.refused.length === 0 ? candidates : []
  const attempt = withoutConflicts(parsed.rows, hosts, school, new Set(going))
  const isClean = attempt.refused.length === 0
  const { taken, refused } =
    isClean || going.length === 0
      ? attempt
      : withoutConflicts(parsed.rows, hosts, school, new Set())
  const removed = isClean ? going : []
  const gone = new Set(removed)
  return {
    ...compare(taken, hosts),
    taken: taken.map((row) => row.hostname),
    candidates,
    removed,
    missing: absent.filter((hostname) => !gone.has(hostname)),
    refused: [...parsed.refused, ...refused].toSorted((a, b) => a.line - b.line),
    warnings: parsed.warnings,
  }
}

function compare(rows: DeviceRow[], hosts: HostRow[]) {
  const before = new Map(hosts.map((host) => [host.hostname, host]))
  const added: Device[] = []
  const changed: ChangedDevice[] = []
  for (const { line: _line, ...device } of rows) {
    const old = before.get(device.hostname)
    if (!old) {
      added.push(device)
      continue
    }
    const fields = differences(deviceOf(old), device)
    if (Object.keys(fields).length > 0) changed.push({ device, fields })
  }
  return { added, changed, unchanged: rows.length - added.length - changed.length }
}

function differences(old: Device, device: Device): ChangedDevice['fields'] {
  const fields: ChangedDevice['fields'] = {}
  for (const name of Object.keys(device) as (keyof Device)[]) {
    const isSame = JSON.stringify(old[name]) === JSON.stringify(device[name])
    if (!isSame) fields[name] = [old[name], device[name]]
  }
  return fields
}

/** Leaves out rows until nothing clashes: a host whose row is left out keeps what it has, too. */
function withoutConflicts(
  rows: DeviceRow[],
  hosts: HostRow[],
  school: string,
  going: ReadonlySet<string>,
): { taken: DeviceRow[]; refused: LineProblem[] } {
  const refused: LineProblem[] = []
  let taken = rows
  for (;;) {
    const moving = new Set(taken.map((row) => row.hostname))
    const staying = hosts.filter(
      (host) => host.school !== school || !(moving.has(host.hostname) || going.has(host.hostname)),
    )
    const owners = {
      hostname: new Map(staying.map((host) => [host.hostname, host])),
      mac: new Map(staying.map((host) => [host.mac, host])),
      ip: new Map(staying.flatMap((host) => (host.ip ? [[host.ip, host] as const] : []))),
    }
    const found = taken.flatMap((row) => conflictOf(row, owners, school) ?? [])
    if (found.length === 0) return { taken, refused }
    refused.push(...found)
    const lines = new Set(found.map((one) => one.line))
    taken = taken.filter((row) => !lines.has(row.line))
  }
}

type Owners = Record<'hostname' | 'mac' | 'ip', Map<string, HostRow>>

function conflictOf(row: DeviceRow, owners: Owners, school: string): LineProblem | undefined {
  for (const [field, what] of [
    ['hostname', 'name'],
    ['mac', 'MAC'],
    ['ip', 'address'],
  ] as const) {
    const owner = owners[field].get(row[field] ?? '')
    if (!owner) continue
    const isAbroad = owner.school !== school
    const place = isAbroad ? ` of school ${owner.school}` : ''
    const { hostname } = owner
    return {
      line: row.line,
      column: columnNumber[field],
      name: columnName(columnNumber[field]),
      message: `the ${what} ${row[field]} belongs to host ${hostname}${place}`,
      fix: isAbroad
        ? `Correct the line, or change ${hostname} in school ${owner.school} first.`
        : `Correct the line, change ${hostname}, or let hosts that are not in the file be removed.`,
    }
  }
  return undefined
}
