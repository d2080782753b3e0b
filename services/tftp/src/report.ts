import { randomUUID } from 'node:crypto'
import type { FileRole } from '@linbo/boot'
import type { Bus, Machine, TransferResult } from '@linbo/bus'
import { type Db, findHostByIp, findHostByMac } from '@linbo/db'
import type { Logger } from '@linbo/log'
import type { Clock } from '@linbo/runtime'

/** Tells the others what happens, as events. A database that is away only costs the host's name. */
export interface Report {
  /** A client asked for something; `mac` when the request told it. */
  seen(ip: string, mac: string | undefined): void
  bootStep(ip: string, role: FileRole, ok: boolean, detail: string): void
  transfer(ip: string, file: string, sizeBytes: number): TransferReport
  /** Resolves when everything reported has been published. */
  settled(): Promise<void>
}

/** One transfer's events. Nothing is published before `started`. */
export interface TransferReport {
  started(): void
  /** Call as often as you like; at most four events a second come of it. */
  progress(bytes: number): void
  finished(result: TransferResult, bytes: number, reason: string | null): void
}

interface Known {
  at: number
  mac: string | undefined
  macAt: number
  machine: Promise<Machine>
}

/** How long an answer of the database is used, and a MAC told by GRUB is believed after the last request. */
const hostMs = 5000
const macMs = 120_000
/** Longest wait for the database. */
const patienceMs = 2000
const keptClients = 10_000
const progressMs = 250

export function createReport(parts: {
  db: Db
  bus: Pick<Bus, 'publish'>
  log: Logger
  clock: Clock
}): Report {
  const { db, bus, clock } = parts
  const clients = new Map<string, Known>()
  const pending = new Set<Promise<void>>()

  async function lookUp(ip: string, mac: string | undefined): Promise<Machine> {
    const unknown = { host: null, mac: mac ?? null, ip }
    let cancel = () => {}
    const tooLate = new Promise<Machine>((resolve) => {
      cancel = clock.after(patienceMs, () => resolve(unknown))
    })
    const asked = (mac ? findHostByMac(db, mac) : findHostByIp(db, ip)).then(
      (row) => ({ host: row?.hostname ?? null, mac: mac ?? row?.mac ?? null, ip }),
      (err) => {
        parts.log.debug({ err, ip }, 'host lookup failed')
        return unknown
      },
    )
    return Promise.race([asked, tooLate]).finally(cancel)
  }

  /** Everything about one transfer waits for the same answer, so its events keep their order. */
  function later(known: Known, publish: (machine: Machine) => void): void {
    const done = known.machine.then(publish)
    pending.add(done)
    done.finally(() => pending.delete(done))
  }

  function know(ip: string, told: string | undefined): Known {
    const now = clock.now()
    const known = clients.get(ip)
    const believed = known && now - known.macAt < macMs ? known.mac : undefined
    const mac = told ?? believed
    if (known && now - known.at < hostMs && known.mac === mac) {
      known.macAt = now
      return known
    }
    clients.delete(ip)
    const fresh = { at: now, mac, macAt: now, machine: lookUp(ip, mac) }
    clients.set(ip, fresh)
    for (const oldest of clients.keys()) {
      if (clients.size <= keptClients) break
      clients.delete(oldest)
    }
    later(fresh, (machine) => bus.publish('host.seen', { ...machine, by: 'tftp' }))
    return fresh
  }

  return {
    seen: (ip, mac) => void know(ip, mac),
    bootStep(ip, role, ok, detail) {
      const { step, firmware } = role
      later(know(ip, undefined), (machine) =>
        bus.publish('boot.step', {
          ...machine,
          step,
          ok,
          detail,
          ...(firmware ? { firmware } : {}),
        }),
      )
    },
    transfer(ip, file, sizeBytes) {
      const transfer = randomUUID()
      const client = know(ip, undefined)
      const begun = clock.now()
      let isStarted = false
      let last = { at: begun, bytes: 0 }
      const started = () => {
        if (isStarted) return
        isStarted = true
        later(client, (machine) =>
          bus.publish('transfer.started', {
            ...machine,
            transfer,
            via: 'tftp',
            direction: 'down',
            file,
            sizeBytes,
          }),
        )
      }
      return {
        started,
        progress(bytes) {
          const at = clock.now()
          if (at - last.at < progressMs) return
          const bytesPerSecond = Math.round(((bytes - last.bytes) * 1000) / (at - last.at))
          last = { at, bytes }
          later(client, () =>
            bus.publish('transfer.progress', { transfer, bytes, sizeBytes, bytesPerSecond }),
          )
        },
        finished(result, bytes, reason) {
          started()
          const ms = Math.round(clock.now() - begun)
          later(client, () =>
            bus.publish('transfer.finished', { transfer, result, bytes, ms, reason }),
          )
        },
      }
    },
    async settled() {
      while (pending.size > 0) await Promise.all(pending)
    },
  }
}
