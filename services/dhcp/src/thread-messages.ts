import type { Health, WrappedError } from '@linbo/runtime'
import type { DhcpSettings } from './config.ts'
import type { Lease } from './lease.ts'
import type { Outside } from './outside.ts'
import type { SubnetEntry } from './subnet.ts'

/** What the thread is started with. */
export interface ThreadData {
  config: DhcpSettings
  embedded: boolean
  /** Those of subnets.csv, when there is one. */
  networks: SubnetEntry[] | undefined
  isVerbose: boolean
}

/** Calls that are answered. */
export type Call = Exclude<keyof Outside, 'publish'>

export type ToThread =
  | { type: 'reply'; id: number; value?: unknown; error?: WrappedError }
  | { type: 'heard'; lease: Lease }
  | { type: 'stop' }

export type FromThread =
  | { type: 'health'; health: Health }
  | { type: 'call'; id: number; name: Call; args: unknown[] }
  | { type: 'publish'; event: Parameters<Outside['publish']> }
  | { type: 'log'; level: Level; facts: object; text: string }

export type Level = 'debug' | 'info' | 'warn' | 'error'
