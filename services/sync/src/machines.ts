import type { Machine } from '@linbo/bus'
import { type Db, findHostByIp } from '@linbo/db'

const keepMs = 3000
const maxKept = 5000

/** Who has an address, remembered for a few seconds: one boot asks some twenty times. */
export function createMachines(options: { db: Db; now(): number }) {
  const kept = new Map<string, { until: number; machine: Promise<Machine> }>()
  return {
    async find(ip: string): Promise<Machine> {
      const found = kept.get(ip)
      if (found && found.until > options.now()) return found.machine
      const machine = findHostByIp(options.db, ip).then(
        (row) => ({ host: row?.hostname ?? null, mac: row?.mac ?? null, ip }),
        () => ({ host: null, mac: null, ip }),
      )
      if (kept.size >= maxKept) kept.clear()
      kept.set(ip, { until: options.now() + keepMs, machine })
      return machine
    },
  }
}

export type Machines = ReturnType<typeof createMachines>
