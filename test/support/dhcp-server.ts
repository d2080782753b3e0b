/**
 * Runs the DHCP service alone on an embedded database, for tests that need it inside a network namespace:
 * `node dhcp-server.ts '{"dataDir": …, "settings": {"LINBO_DHCP": "full", …}, "hosts": […]}'`.
 * Prints `ready`, then every event as a line of JSON; ends at SIGTERM.
 */
import { createMemoryBus } from '@linbo/bus'
import { load, suite } from '@linbo/config'
import { type NewHost, openDatabase, saveHost } from '@linbo/db'
import { createDhcpService, schema } from '@linbo/dhcp'
import { createLogger } from '@linbo/log'

export interface DhcpServerOptions {
  /** Where the database lies. */
  dataDir: string
  settings: Record<string, string>
  hosts: NewHost[]
}

const options = JSON.parse(process.argv[2] ?? '{}') as DhcpServerOptions
const config = load({ ...suite(options.dataDir), ...schema }, options.settings).values
const database = await openDatabase({ url: undefined, dataDir: options.dataDir })
for (const host of options.hosts) await saveHost(database.db, host)
const bus = createMemoryBus()
await bus.subscribe((event) => console.log(JSON.stringify(event)))
const log = createLogger({ level: 'warn', pretty: false })
const service = createDhcpService({ config, ...database, bus, log })
process.once('SIGTERM', async () => {
  await service.stop()
  await database.close()
})
await service.start()
console.log('ready')
