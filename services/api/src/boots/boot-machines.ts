import { macFromName } from '@linbo/boot'
import type { Machine } from '@linbo/bus'
import type { Db } from '@linbo/db'
import type { Logger } from '@linbo/log'
import { keepNewest } from '@linbo/runtime'
import { createMachineLookup } from '../hosts/machine-lookup.ts'

/** Which machine asks for a boot file. */
export interface BootMachines {
  /** Never rejects: a database that is away only costs the names. */
  of(ip: string, path: string): Promise<Machine>
}

const macMs = 120_000
const keptMacs = 10_000

/** Knows a machine by its address, and for two minutes by the MAC that GRUB's first question told. */
export function createBootMachines(db: Db, log: Logger, now: () => number): BootMachines {
  const machines = createMachineLookup(db, now)
  const macs = new Map<string, { mac: string; until: number }>()

  function macOf(ip: string, path: string): string | null {
    const told = macFromName(path)
    if (told) {
      keepNewest(macs, ip, { mac: told, until: now() + macMs }, keptMacs)
    }
    const known = macs.get(ip)
    return known && known.until > now() ? known.mac : null
  }

  return {
    async of(ip, path) {
      const mac = macOf(ip, path)
      try {
        const host = await machines.find({ host: null, mac, ip })
        return { host: host?.hostname ?? null, mac: mac ?? host?.mac ?? null, ip }
      } catch (err) {
        log.debug({ err, ip }, 'host lookup failed')
        return { host: null, mac, ip }
      }
    },
  }
}
