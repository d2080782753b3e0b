import type { HostPhase } from '@linbo/bus'
import type { Plan } from './plan.ts'

/** What is done on the client through SSH. */
export type Task =
  | { kind: 'probe' }
  | { kind: 'gui-off' }
  | { kind: 'put-secrets' }
  | { kind: 'command'; index: number }
  | { kind: 'clear-secrets' }
  | { kind: 'gui-on' }
  | { kind: 'reboot' }

export type TimerName = 'retry' | 'deadline' | 'pause' | 'overall'
export type FinalPhase = Extract<
  HostPhase,
  'done' | 'failed' | 'offline' | 'cancelled' | 'interrupted'
>

export type Input =
  | { type: 'start' }
  | { type: 'written' }
  /** The command file could not be written, or no packet could be sent. */
  | { type: 'unable'; reason: string }
  | { type: 'woken' }
  | { type: 'connected' }
  | { type: 'unconnected'; code: string; reason: string }
  /** `problem`: what the output, or the gateway, says went wrong; null when nothing did. */
  | {
      type: 'ran'
      ended: 'exit' | 'lost' | 'silent' | 'aborted'
      code: number | null
      problem: string | null
    }
  /** Whether the client has taken its command file. */
  | { type: 'onboot-state'; taken: boolean }
  | { type: 'elapsed'; timer: TimerName }
  | { type: 'stop'; phase: 'cancelled' | 'interrupted'; reason: string }

export type Effect =
  | { type: 'report'; phase: HostPhase; text: string; command: number | null }
  | { type: 'write-onboot' }
  | { type: 'remove-onboot' }
  | { type: 'check-onboot' }
  | { type: 'wake' }
  | { type: 'connect' }
  /** Give up connecting; answered by `unconnected`. */
  | { type: 'abort-connect' }
  | { type: 'run'; task: Task }
  /** End what runs on the client; the running task is then answered by `ran`. */
  | { type: 'stop-programs' }
  /** `linger`: not at once, because the client may still be busy leaving LINBO. */
  | { type: 'close'; linger: boolean }
  | { type: 'arm'; timer: TimerName; ms: number }
  | { type: 'finish'; phase: FinalPhase; reason: string | null; exitCode: number | null }

export interface RunLimits {
  /** Between two commands. */
  pauseMs: number
  /** Between two attempts to reach a machine that boots. */
  retryMs: number
  /** From the moment a host is in our hands until it is done. */
  overallMs: number
}

export interface Outcome {
  phase: FinalPhase
  reason: string | null
  exitCode: number | null
}

/** One host's way through an operation. */
export interface Run {
  readonly plan: Plan
  readonly limits: RunLimits
  stage:
    | 'idle'
    | 'writing'
    | 'waking'
    | 'resting'
    | 'connecting'
    | 'task'
    | 'pausing'
    | 'watching'
    | 'over'
  task: Task | null
  command: number | null
  woken: boolean
  /** A machine that was woken had all the time it was given. */
  deadlinePassed: boolean
  guiOff: boolean
  hasSecrets: boolean
  /** The connection broke during a command; one attempt is made to clean up. */
  recovering: boolean
  /** The host leaves LINBO: nothing to restore, the connection must not be cut at once. */
  leaving: boolean
  outcome: Outcome | null
}

export function createRun(plan: Plan, limits: RunLimits): Run {
  return {
    plan,
    limits,
    stage: 'idle',
    task: null,
    command: null,
    woken: false,
    deadlinePassed: false,
    guiOff: false,
    hasSecrets: false,
    recovering: false,
    leaving: false,
    outcome: null,
  }
}
