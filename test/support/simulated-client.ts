/**
 * Boots one simulated machine, for tests that need it inside a network namespace:
 * `node simulated-client.ts '{"machine": …, "server": …}'`. Prints each state it enters; exits with 1 when the boot
 * fails, with what stopped it as the last line.
 */
import { createClient, type MachineIdentity, type ServerAddress } from '@linbo/simulator'

export interface SimulatedClientOptions {
  machine: MachineIdentity
  server: ServerAddress
}

const options = JSON.parse(process.argv[2] ?? '{}') as SimulatedClientOptions
const onState = (state: string, detail: string) => console.log(`${state} ${detail}`.trim())
const client = createClient({ ...options, pace: 0, onState })
try {
  await client.boot()
} catch {
  process.exitCode = 1
} finally {
  if (process.exitCode !== 1) await client.powerOff()
}
