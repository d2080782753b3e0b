import { schema as api } from '@linbo/api'
import { setting, suite } from '@linbo/config'
import { schema as dhcp } from '@linbo/dhcp'
import { schema as remote } from '@linbo/remote'
import { schema as sync } from '@linbo/sync'
import { schema as tftp } from '@linbo/tftp'

/** The services this process can run, in start order. */
export const serviceNames = ['api', 'tftp', 'dhcp', 'sync', 'remote'] as const
export type ServiceName = (typeof serviceNames)[number]

/** Every setting of the suite. Settings that two services share are the same object in both schemas. */
export function suiteSchema(dataDir: string) {
  return {
    ...suite(dataDir),
    LINBO_SERVICES: setting.list([...serviceNames], 'What this process runs, separated by commas.'),
    ...api,
    ...tftp,
    ...dhcp,
    ...sync,
    ...remote,
  }
}
