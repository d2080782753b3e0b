import { createClient, type SimulatedClient } from './client.ts'
import type { BootPart, MachineIdentity, MachineState, ServerAddress } from './machine.ts'

/** Names, MACs and loopback addresses for `count` machines: `sim001` is 52:54:00:4d:00:01 at 127.77.0.1. */
export function fleetOf(count: number, group: string, network = 77): MachineIdentity[] {
  return Array.from({ length: count }, (_, index) => {
    const high = Math.floor(index / 250)
    const low = (index % 250) + 1
    const hex = (value: number) => value.toString(16).padStart(2, '0')
    return {
      hostname: `sim${String(index + 1).padStart(3, '0')}`,
      mac: `52:54:00:${hex(network)}:${hex(high)}:${hex(low)}`,
      ip: `127.${network}.${high}.${low}`,
      group,
      firmware: index % 3 === 2 ? 'bios' : 'uefi-x64',
    }
  })
}

export interface Fleet {
  clients: SimulatedClient[]
  /**
   * Switches all on, `atOnce` booting at a time, or as many as before `powerOff()`.
   * @returns how many arrived in LINBO and what stopped the others.
   */
  boot(atOnce: number): Promise<{ arrived: number; failures: string[] }>
  powerOff(): Promise<void>
}

/** Many simulated machines before one server. */
export function createFleet(options: {
  machines: MachineIdentity[]
  server: ServerAddress
  pace: number
  onState?(machine: MachineIdentity, state: MachineState, detail: string): void
  onPart?(machine: MachineIdentity, part: BootPart, ms: number): void
}): Fleet {
  const { server, pace, onState, onPart } = options
  const clients = options.machines.map((machine) => {
    const tell = (state: MachineState, detail: string) => onState?.(machine, state, detail)
    const time = (part: BootPart, ms: number) => onPart?.(machine, part, ms)
    return createClient({ machine, server, pace, onState: tell, onPart: time })
  })
  let isOn = true
  return {
    clients,
    async boot(atOnce) {
      isOn = true
      const waiting = [...clients]
      const failures: string[] = []
      const work = async () => {
        for (let client = waiting.shift(); client && isOn; client = waiting.shift()) {
          await client.boot().catch((error: Error) => failures.push(error.message))
        }
      }
      await Promise.all(Array.from({ length: Math.min(atOnce, clients.length) }, work))
      const arrived = clients.filter(({ state }) => state === 'linbo' || state === 'os').length
      return { arrived, failures }
    },
    async powerOff() {
      isOn = false
      await Promise.all(clients.map((client) => client.powerOff()))
    },
  }
}
