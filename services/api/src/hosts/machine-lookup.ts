import type { Machine } from '@linbo/bus'
import { type Db, findHost, findHostByIp, findHostByMac, type HostRow } from '@linbo/db'

const rememberedMs = 5000
const rememberedMachines = 5000

/** Finds the host a machine is, and remembers the answer for a few seconds. */
export interface MachineLookup {
  find(machine: Machine): Promise<HostRow | undefined>
}

export function createMachineLookup(db: Db, now: () => number): MachineLookup {
  const remembered = new Map<string, { host: HostRow | undefined; until: number }>()
  const ask = async ({ host, mac, ip }: Machine) =>
    (host ? await findHost(db, host) : undefined) ??
    (mac ? await findHostByMac(db, mac) : undefined) ??
    (ip && !mac ? await findHostByIp(db, ip) : undefined)
  return {
    async find(machine) {
      const key = `${machine.host} ${machine.mac} ${machine.ip}`
      const before = remembered.get(key)
      if (before && before.until > now()) return before.host
      if (remembered.size >= rememberedMachines) remembered.clear()
      const host = await ask(machine)
      remembered.set(key, { host, until: now() + rememberedMs })
      return host
    },
  }
}
