import { createApiService } from '@linbo/api'
import type { LoadedSettings } from '@linbo/config'
import { createDhcpService } from '@linbo/dhcp'
import type { Parts } from '@linbo/launch'
import { createRemoteService } from '@linbo/remote'
import { LinboError, type Service } from '@linbo/runtime'
import { createSyncService } from '@linbo/sync'
import { createTftpService } from '@linbo/tftp'
import { type ServiceName, serviceNames, type suiteSchema } from './settings.ts'

export type SuiteConfig = LoadedSettings<ReturnType<typeof suiteSchema>>['values']
export type SuiteParts = Parts<SuiteConfig>

const factories: Record<ServiceName, (parts: SuiteParts) => Service> = {
  // First, because its recorder has to hear what the others tell.
  api: (parts) => createApiService({ ...parts, completesBootFiles: true }),
  tftp: createTftpService,
  dhcp: createDhcpService,
  sync: createSyncService,
  remote: createRemoteService,
}

/**
 * The services that LINBO_SERVICES asks for, in start order.
 * @throws LinboError `SERVICE_UNKNOWN` naming the ones there are.
 */
export function createServices(parts: SuiteParts): Service[] {
  const wanted = new Set<string>(parts.config.LINBO_SERVICES)
  const unknown = [...wanted].filter((name) => !serviceNames.some((known) => known === name))
  if (unknown.length > 0 || wanted.size === 0) {
    throw new LinboError(
      'SERVICE_UNKNOWN',
      `LINBO_SERVICES names ${unknown.join(', ') || 'nothing'}`,
      {
        fix: `Use some of: ${serviceNames.join(',')}.`,
      },
    )
  }
  return serviceNames
    .filter((name) => wanted.has(name))
    .map((name) => factories[name]({ ...parts, log: parts.log.child({ service: name }) }))
}
