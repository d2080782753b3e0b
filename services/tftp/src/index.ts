import type { Parts } from '@linbo/launch'
import { type Clock, type Service, systemClock } from '@linbo/runtime'
import type { TftpConfig } from './config.ts'
import { createServer } from './server.ts'

export { schema, type TftpConfig } from './config.ts'

export type TftpParts = Pick<Parts<TftpConfig>, 'config' | 'db' | 'bus' | 'log'> & {
  /** For tests; `now` need not be the time of day, but must never go back. */
  clock?: Clock
}

const steadyClock: Clock = { now: () => performance.now(), after: systemClock.after }

/** Serves the boot files below LINBO_DIR over TFTP (RFC 1350, 2347–2349, 7440). Read-only. */
export function createTftpService(parts: TftpParts): Service {
  return createServer(parts, parts.clock ?? steadyClock)
}
