import type { Machine } from '@linbo/bus'
import { type Db, findHostByIp, findLeaseByIp, findUnknownMac } from '@linbo/db'

const keepMs = 3000
/** How long ago a machine that is no host may have booted to be known by its address, in milliseconds. */
const bootedMs = 60 * 60_000
const maxKept = 5000

/** Who has an address, remembered for a few seconds: one boot asks some twenty times. */
export function createMachines(options: { db: Db; now(): number }) {
  const { db, now } = options
  const kept = new Map<string, { until: number; machine: Promise<Machine> }>()

  async function look(ip: string): Promise<Machine> {
    const host = await findHostByIp(db, ip)
    if (host) return { host: host.hostname, mac: host.mac, ip }
    // A machine that is no host has at least a MAC: of its lease, or of its boot a while ago.
    const lease = await findLeaseByIp(db, ip)
    const isLive = lease !== undefined && lease.expires_at.getTime() > now()
    const mac = isLive ? lease.mac : await findUnknownMac(db, ip, new Date(now() - bootedMs))
    return { host: null, mac: mac ?? null, ip }
  }

  return {
    async find(ip: string): Promise<Machine> {
      const found = kept.get(ip)
      if (found && found.until > now()) return found.machine
      const machine = look(ip).catch(() => ({ host: null, mac: null, ip }))
      if (kept.size >= maxKept) kept.clear()
      kept.set(ip, { until: now() + keepMs, machine })
      return machine
    },
  }
}

export type Machines = ReturnType<typeof createMachines>
