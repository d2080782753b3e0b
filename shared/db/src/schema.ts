import type { ColumnType, Generated, JSONColumnType, Kysely } from 'kysely'
import type {
  HardwareTable,
  ImageUseTable,
  LogFactsTable,
  MissingFirmwareTable,
} from './client-facts.ts'
import type { RegistrationRulesTable, RegistrationTable } from './registrations.ts'
import type { UnknownMachineTable } from './unknown-machines.ts'

type Time = ColumnType<Date, Date | string, Date | string>
type OptionalTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
type Json<T extends object> = JSONColumnType<T, string | undefined, string>

export interface HostTable {
  hostname: string
  /** Lower-case with colons. */
  mac: string
  /** Null when the address comes from the pool (`DHCP` in devices.csv). */
  ip: string | null
  group: string
  room: string
  school: Generated<string>
  /** devices.csv's PXE flag: 0 none, 1 and 2 LINBO, 3 OPSI. */
  pxe: Generated<number>
  role: Generated<string>
  comment: Generated<string>
  office_key: Generated<string>
  windows_key: Generated<string>
  /** Extra ISC dhcpd statements, comma separated. */
  dhcp_options: Generated<string>
  /** Columns 10, 12, 13, 14 of devices.csv and those after 15, without empty ones at the end. */
  reserved: JSONColumnType<string[], string | undefined, string>
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

/** A school's devices.csv as it was read last. */
export interface DeviceFileTable {
  school: string
  content: Uint8Array
  /** Hosts whose rows were taken over. */
  taken: JSONColumnType<string[], string, string>
  imported_at: Time
}

export interface OperationTable {
  id: string
  state: string
  commands: string
  options: Json<Record<string, unknown>>
  created_by: string
  created_at: Generated<Date>
  started_at: OptionalTime
  finished_at: OptionalTime
  /** Which remote service runs it, and when it last said so. */
  worker: string | null
  heartbeat_at: OptionalTime
  cancel_requested: Generated<boolean>
}

export interface OperationHostTable {
  operation_id: string
  hostname: string
  phase: string
  command_index: number | null
  percent: number | null
  text: Generated<string>
  reason: string | null
  exit_code: number | null
  started_at: OptionalTime
  finished_at: OptionalTime
}

export interface OperationOutputTable {
  operation_id: string
  hostname: string
  seq: number
  at: Time
  text: string
}

export interface LeaseTable {
  mac: string
  ip: string
  hostname: string | null
  expires_at: Time
}

export interface StoredBootStep {
  at: string
  step: string
  ok: boolean
  detail: string
  /** Why it failed, and what that is about. */
  cause?: string
  about?: string
  /** How often it happened on end, when more than once. */
  times?: number
}

/** One file a machine fetched while it booted. */
export interface StoredBootFile {
  /** Id of the transfer. */
  id: string
  file: string
  via: string
  /** Which step of the boot its delivery is, if any. */
  step: string | null
  at: string
  bytes: number
  sizeBytes: number | null
  /** Null while it runs, like `result`. */
  ms: number | null
  /** How often something had to be sent again; null when nobody can tell. */
  retries: number | null
  result: string | null
  reason: string | null
}

export interface StoredVerdict {
  code: string
  /** Names and numbers for the sentences. */
  facts: Record<string, string | number>
}

export interface BootTable {
  id: string
  hostname: string | null
  mac: string | null
  ip: string | null
  firmware: string | null
  /** `booting`, `linbo` when it arrived, `stalled` when it went quiet before. */
  state: string
  started_at: Time
  last_at: Time
  steps: Json<StoredBootStep[]>
  /** Where the host was when it booted, null for a machine that is no host. */
  room: string | null
  group: string | null
  files: Json<StoredBootFile[]>
  verdict: JSONColumnType<StoredVerdict | null, string | null | undefined, string | null>
  /** Milliseconds each phase took, by name. */
  phases: Json<Record<string, number>>
}

export interface TransferTable {
  id: string
  via: string
  direction: string
  hostname: string | null
  ip: string | null
  file: string
  size_bytes: ColumnType<number | null, number | null, number | null>
  bytes: ColumnType<number, number, number>
  /** Null while it runs. */
  result: string | null
  reason: string | null
  /** How often something had to be sent again; null when nobody can tell. */
  retries: number | null
  started_at: Time
  finished_at: OptionalTime
}

export interface AuditTable {
  id: Generated<number>
  at: Generated<Date>
  who: string
  source: string
  action: string
  target: string
  detail: Json<Record<string, unknown>>
}

export interface KnownKeyTable {
  hostname: string
  /** `SHA256:…` of the SSH host key that was seen first. */
  fingerprint: string
  seen_at: Generated<Date>
}

export interface SessionTable {
  /** Of the id that the browser holds; the id itself is stored nowhere. */
  hash: string
  who: string
  expires_at: Date
}

/** Who or what made a version of a start.conf: `disk` is somebody at the file, `found` one that was there first. */
export type StartConfSource = 'api' | 'cli' | 'disk' | 'restore' | 'rename' | 'clone' | 'found'

export interface StartConfVersionTable {
  group: string
  /** From 1, without holes. */
  number: number
  /** The file's bytes; null when it was removed. */
  content: Uint8Array | null
  sha256: string | null
  author: string
  source: StartConfSource
  at: ColumnType<Date, Date | undefined, Date>
  comment: ColumnType<string, string | undefined, string>
}

/** A rename of a group that has begun and not ended. */
export interface GroupRenameTable {
  from: string
  to: string
  author: string
  at: Date
}

export interface Tables {
  hosts: HostTable
  device_files: DeviceFileTable
  operations: OperationTable
  operation_hosts: OperationHostTable
  operation_output: OperationOutputTable
  leases: LeaseTable
  boots: BootTable
  transfers: TransferTable
  audit: AuditTable
  known_keys: KnownKeyTable
  sessions: SessionTable
  registrations: RegistrationTable
  registration_rules: RegistrationRulesTable
  unknown_machines: UnknownMachineTable
  hardware: HardwareTable
  image_uses: ImageUseTable
  log_facts: LogFactsTable
  missing_firmware: MissingFirmwareTable
  start_conf_versions: StartConfVersionTable
  group_renames: GroupRenameTable
}

/** A handle to run queries on: the database, or the transaction that is open. */
export type Db = Kysely<Tables>
