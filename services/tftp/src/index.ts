import type { Parts } from '@linbo/launch'
import type { Service } from '@linbo/runtime'
import type { TftpConfig } from './config.ts'
import { createServer } from './server.ts'

export { schema, type TftpConfig } from './config.ts'

export type TftpParts = Pick<Parts<TftpConfig>, 'config' | 'db' | 'bus' | 'log'>

/** Serves the boot files below LINBO_DIR over TFTP (RFC 1350, 2347–2349, 7440). Read-only. */
export function createTftpService(parts: TftpParts): Service {
  return createServer(parts)
}
