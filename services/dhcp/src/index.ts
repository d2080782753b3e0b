import type { Settings } from '@linbo/config'
import type { Parts } from '@linbo/launch'
import type { Service } from '@linbo/runtime'
import { schema } from './config.ts'
import { startFollowing } from './followed-networks.ts'
import { type ServingThread, startServingThread } from './serving-thread.ts'

export { schema }
export type DhcpConfig = Settings<typeof schema>
export type DhcpParts = Pick<Parts<DhcpConfig>, 'config' | 'db' | 'embedded' | 'bus' | 'log'>

/** Answers DHCP and PXE requests (RFC 2131, 2132, 4578; PXE 2.1): off, proxy or full, as LINBO_DHCP says. */
export function createDhcpService(parts: DhcpParts): Service {
  let thread: ServingThread | undefined
  const { LINBO_DHCP: mode, LINBO_SUBNETS_FILE: file } = parts.config
  const isOff = mode === 'off'
  return {
    name: 'dhcp',
    async start() {
      if (isOff) return
      thread = await (file ? startFollowing(parts, file) : startServingThread(parts, undefined))
    },
    async stop() {
      await thread?.stop()
      thread = undefined
    },
    health() {
      if (isOff) return { state: 'ok', facts: { mode: 'off' } }
      return thread?.health() ?? { state: 'stopped' }
    },
  }
}
