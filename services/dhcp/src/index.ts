import type { Settings } from '@linbo/config'
import type { Parts } from '@linbo/launch'
import { type Clock, type Service, systemClock } from '@linbo/runtime'
import { schema } from './config.ts'
import { openServer, type Server } from './server.ts'

export { schema }
export type DhcpConfig = Settings<typeof schema>

export interface DhcpParts extends Pick<Parts<DhcpConfig>, 'config' | 'db' | 'bus' | 'log'> {
  /** Steps time in tests. */
  clock?: Clock
}

/** Answers DHCP and PXE requests (RFC 2131, 2132, 4578; PXE 2.1): off, proxy or full, as LINBO_DHCP says. */
export function createDhcpService(parts: DhcpParts): Service {
  const { config, db, bus, log, clock = systemClock } = parts
  let server: Server | undefined
  return {
    name: 'dhcp',
    async start() {
      if (config.LINBO_DHCP !== 'off') server = await openServer({ config, db, bus, log, clock })
    },
    async stop() {
      await server?.close()
      server = undefined
    },
    health() {
      if (config.LINBO_DHCP === 'off') return { state: 'ok', facts: { mode: 'off' } }
      return server?.health() ?? { state: 'stopped' }
    },
  }
}
