import type { Bus, Machine } from '@linbo/bus'
import { type Db, findHostByIp, findHostByMac } from '@linbo/db'
import type { Logger } from '@linbo/log'
import { type Clock, keepNewest, systemClock } from '@linbo/runtime'
import type { News } from './news.ts'

/** What is worth telling others. */
type Reported = Exclude<News, { type: 'log' | 'state' }>

/** Tells the others what happens, as events. A database that is away only costs the host's name. */
export interface Report {
  take(news: Reported): void
  /** Resolves when everything reported has been published. */
  settled(): Promise<void>
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

export function createReport(parts: {
  db: Db
  bus: Pick<Bus, 'publish'>
  log: Logger
  clock?: Clock
}): Report {
  const { db, bus, clock = systemClock } = parts
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
    const fresh = { at: now, mac, macAt: now, machine: lookUp(ip, mac) }
    keepNewest(clients, ip, fresh, keptClients)
    later(fresh, (machine) => bus.publish('host.seen', { ...machine, by: 'tftp' }))
    return fresh
  }

  /** Clients of the transfers that are running. */
  const transfers = new Map<string, Known>()

  function take(news: Reported): void {
    switch (news.type) {
      case 'seen':
        know(news.ip, news.mac)
        break
      case 'step': {
        const { role, file, ok, detail, cause } = news
        const { step, firmware } = role
        const more = { ...(firmware ? { firmware } : {}), ...(cause ? { cause, about: file } : {}) }
        later(know(news.ip, undefined), (machine) =>
          bus.publish('boot.step', { ...machine, step, ok, detail, ...more }),
        )
        break
      }
      case 'started': {
        const { transfer, file, sizeBytes } = news
        const client = know(news.ip, undefined)
        transfers.set(transfer, client)
        const facts = { transfer, via: 'tftp', direction: 'down', file, sizeBytes } as const
        later(client, (machine) => bus.publish('transfer.started', { ...machine, ...facts }))
        break
      }
      case 'progress':
      case 'finished': {
        const client = transfers.get(news.transfer)
        if (!client) break
        if (news.type === 'finished') transfers.delete(news.transfer)
        later(client, () => publishTransfer(news))
      }
    }
  }

  function publishTransfer(news: Extract<News, { type: 'progress' | 'finished' }>): void {
    const { type, ...facts } = news
    if ('result' in facts) bus.publish('transfer.finished', facts)
    else bus.publish('transfer.progress', facts)
  }

  return {
    take,
    async settled() {
      while (pending.size > 0) await Promise.all(pending)
    },
  }
}
