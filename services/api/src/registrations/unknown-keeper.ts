import type { BusEvent } from '@linbo/bus'
import {
  type Db,
  findUnknownMachine,
  pruneUnknownMachines,
  saveUnknownMachines,
  type UnknownMachineRow,
} from '@linbo/db'
import { keepNewest } from '@linbo/runtime'

/** Remembers machines that were heard of and are no hosts. */
export interface UnknownKeeper {
  /** A step of a boot, or a sign of life, of a machine that is no host and whose MAC is known. */
  seen(mac: string, event: BusEvent<'boot.step'> | SeenEvent): Promise<void>
  /** Stores what has come since the last time. */
  flush(): Promise<void>
  /** Forgets what is too old or too much. */
  prune(): Promise<void>
}

type SeenEvent = Pick<BusEvent<'host.seen'>, 'ip'> & { type: 'host.seen'; at?: string }

/** After so long without a step, the next one begins another boot. */
const quietMs = 60_000
const keptMs = 30 * 24 * 60 * 60_000
const remembered = 2000
/** After so many new ones the table is looked at again. */
const prunedEvery = 500

export function createUnknownKeeper({ db, now }: { db: Db; now(): number }): UnknownKeeper {
  const machines = new Map<string, Machine>()
  const changed = new Set<string>()
  let added = 0

  const load = async (mac: string): Promise<Machine> => {
    const row = await findUnknownMachine(db, mac)
    if (row) {
      const { is_hidden: _, ...machine } = row
      return { ...machine, steppedAt: row.last_at.getTime() }
    }
    added++
    const at = new Date(now())
    return {
      ...{ mac, ip: null, firmware: null, first_at: at, last_at: at, boots: 0 },
      ...{ step: null, ok: null, detail: null, steppedAt: Number.NEGATIVE_INFINITY },
    }
  }
  const prune = async () => {
    added = 0
    await pruneUnknownMachines(db, new Date(now() - keptMs))
  }
  return {
    prune,
    async seen(mac, event) {
      const machine = machines.get(mac) ?? (await load(mac))
      const at = event.at ? Date.parse(event.at) : now()
      machine.ip = event.ip ?? machine.ip
      machine.last_at = new Date(Math.max(at, machine.last_at.getTime()))
      if (event.type === 'boot.step') {
        if (at - machine.steppedAt > quietMs) machine.boots++
        machine.steppedAt = at
        machine.firmware = event.firmware ?? machine.firmware
        Object.assign(machine, { step: event.step, ok: event.ok, detail: event.detail })
      }
      keepNewest(machines, mac, machine, remembered)
      changed.add(mac)
    },
    async flush() {
      const rows = [...changed].flatMap((mac) => {
        const machine = machines.get(mac)
        if (!machine) return []
        const { steppedAt: _, ...row } = machine
        return [row]
      })
      changed.clear()
      await saveUnknownMachines(db, rows)
      if (added >= prunedEvery) await prune()
    },
  }
}

type Machine = Omit<UnknownMachineRow, 'is_hidden'> & { steppedAt: number }
