import type {
  BootStep,
  BootVerdict,
  HostPhase,
  HostStatus,
  OperationState,
  TransferResult,
} from '@linbo/bus'

export type { BootStep, BootVerdict, HostPhase, HostStatus, OperationState, TransferResult }

/** What the API calls a list. */
export interface Page<T> {
  items: T[]
  /** Cursor of the next page, null on the last one. */
  next: string | null
}

export type BootState = 'booting' | 'linbo' | 'stalled'

export interface BootSummary {
  id: string
  state: BootState
  /** The last step, null when none was stored. */
  step: BootStep | null
  detail: string | null
  startedAt: string
  lastAt: string
  verdict: Verdict | null
}

/** What a boot came to; the words for it are our own. */
export interface Verdict {
  code: BootVerdict
  /** `warning`: it boots all the same. */
  severity: 'error' | 'warning'
  facts: Record<string, string | number>
}

export interface Host {
  hostname: string
  mac: string
  ip: string | null
  group: string
  room: string
  school: string
  pxe: number
  role: string
  comment: string
  status: HostStatus
  /** Name of the operating system, when `status` is `os` and it is known. */
  os: string | null
  statusAt: string | null
  /** The newest boot attempt. */
  boot: BootSummary | null
}

export interface BootAttempt {
  id: string
  host: string | null
  mac: string | null
  ip: string | null
  firmware: string | null
  state: BootState
  startedAt: string
  lastAt: string
  steps: BootStepSeen[]
  files: BootFileFetched[]
  phases: BootPhaseTime[]
  /** Which earlier boots `usualMs` is from; only when the boot was asked for by its id. */
  usual: { of: 'room' | 'group' | 'all'; boots: number } | null
  verdict: Verdict | null
}

export const phases = ['network', 'loader', 'kernel', 'linux', 'address', 'configuration'] as const
export type BootPhase = (typeof phases)[number]

export interface BootStepSeen {
  at: string
  step: BootStep
  phase: BootPhase
  ok: boolean
  detail: string
  /** Id of the file whose end it tells. */
  transfer: string | null
  times: number
}

export interface BootFileFetched {
  id: string
  file: string
  via: string
  step: BootStep | null
  phase: BootPhase
  at: string
  bytes: number
  sizeBytes: number | null
  /** Null while it runs. */
  ms: number | null
  /** How often something had to be sent again; null when nobody can tell. */
  retries: number | null
  result: TransferResult | null
  reason: string | null
}

export interface BootPhaseTime {
  phase: BootPhase
  /** Since the attempt began. */
  startMs: number
  ms: number
  /** The boot has not come through it yet. */
  isOpen: boolean
  usualMs: number | null
}

export interface Transfer {
  id: string
  via: 'tftp' | 'rsync' | 'http'
  direction: 'down' | 'up'
  host: string | null
  ip: string | null
  file: string
  sizeBytes: number | null
  bytes: number
  /** Now while it runs, on average afterwards. */
  bytesPerSecond: number | null
  /** Null while it runs. */
  result: TransferResult | null
  reason: string | null
  startedAt: string
  finishedAt: string | null
}

export interface OperationHost {
  hostname: string
  phase: HostPhase
  /** Index of the running command, from 0. */
  command: number | null
  /** 0–100 of the current command. */
  percent: number | null
  text: string
  reason: string | null
  exitCode: number | null
  startedAt: string | null
  finishedAt: string | null
}

export interface OperationOptions {
  when: 'now' | 'next-boot'
  wake?: { waitSeconds?: number; betweenSeconds?: number; broadcast?: boolean }
  noauto?: boolean
  disableGui?: boolean
}

export interface Operation {
  id: string
  state: OperationState
  commands: string
  options: OperationOptions
  createdBy: string
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  hosts: OperationHost[]
}

export interface OutputChunk {
  host: string
  seq: number
  at: string
  text: string
}

export interface ServiceStatus {
  service: string
  machine: string
  state: string
  detail: string | null
  facts: Record<string, string | number | boolean> | null
}

export interface Status {
  version: string
  serverIp: string
  services: ServiceStatus[]
  hosts: { total: number; byStatus: Partial<Record<HostStatus, number>> }
  operations: { running: number; queued: number }
  transfers: { running: number; bytesPerSecond: number }
  lastEventId: number
}

export interface BootFile {
  path: string
  present: boolean
  /** Machines cannot boot into LINBO without it; the others cost a feature. */
  required: boolean
  sizeBytes: number | null
  modifiedAt: string | null
  /** What to do when it is missing or damaged, null when all is well. */
  fix: string | null
}

export interface Lease {
  mac: string
  ip: string
  host: string | null
  expiresAt: string
}

export interface AuditLine {
  id: number
  at: string
  who: string
  source: string
  action: string
  target: string
  detail: Record<string, unknown>
}

export interface EffectiveSetting {
  name: string
  value: string
  origin: string
  sentence: string
}

export const statuses: readonly HostStatus[] = ['linbo', 'booting', 'os', 'off', 'unknown']
