import type { Clock } from '@linbo/runtime'
import { parseAddress, printAddress } from './address.ts'
import type { AddressBook } from './address-book.ts'
import type { Neighbours } from './neighbours.ts'
import type { Subnet } from './subnet.ts'

/** Looks whether anybody uses an address before it is offered to a machine we have no record of (RFC 2131 2.2). */
export interface Prober {
  /** Nobody answered for it within the last minutes. */
  isQuiet(address: number): boolean
  /**
   * Called for every offer of an address the machine never had. Undefined: make the offer now. Else wait, then choose
   * again. Addresses are looked at many at once and ahead of need; when machines come faster than that, theirs
   * are offered unseen, and it is left to them to look (RFC 2131 4.4.1).
   */
  beforeOffer(subnet: Subnet, ip: string): Promise<void> | undefined
}

const quietMs = 300_000
/** Kernels keep a neighbour that went away for some seconds after they were made to ask. */
const doubtMs = 12_000
/** Offers that may wait for one look, which they do only when nobody looked for this long. */
const mostWaiting = 4
const coldMs = 2000
/** Offers after which the next addresses are looked at. */
const ahead = 16

export interface OpenProber extends Prober {
  /** Looks at the addresses that are offered next. */
  prepare(subnet: Subnet): Promise<void>
  close(): void
}

/** @param tell is called for an address that somebody uses without having it from us. */
export function createProber(parts: {
  clock: Clock
  neighbours: Neighbours
  book(): AddressBook
  tell(ip: string, mac: string): void
}): OpenProber {
  const { clock, neighbours, book, tell } = parts
  const quiet = new Map<number, number>()
  const running = new Map<Subnet, { look: Promise<void>; isAwaited: boolean }>()
  const lookedAt = new Map<Subnet, number>()
  const doubts = new Set<() => void>()
  let waiting = 0
  let offers = 0
  const isQuiet = (address: number) => (quiet.get(address) ?? 0) > clock.now()

  async function look(subnet: Subnet): Promise<void> {
    const now = clock.now()
    for (const [address, until] of quiet) if (until <= now) quiet.delete(address)
    const unknown = book()
      .next(subnet, now)
      .filter((address) => !isQuiet(address))
    const answers = await neighbours.probe(unknown.map(printAddress))
    for (const address of unknown) {
      const mac = answers.get(printAddress(address))
      if (mac) suspect(printAddress(address), mac)
      else quiet.set(address, clock.now() + quietMs)
    }
  }

  function suspect(ip: string, mac: string): void {
    book().foundInUse(ip, clock.now(), doubtMs * 2)
    const cancel = clock.after(doubtMs, async () => {
      doubts.delete(cancel)
      const again = await neighbours.probe([ip])
      if (!again.has(ip)) return
      book().foundInUse(ip, clock.now())
      tell(ip, mac)
    })
    doubts.add(cancel)
  }

  function start(subnet: Subnet, isAwaited: boolean): Promise<void> {
    const already = running.get(subnet)
    if (already) return already.look
    const looking = look(subnet).finally(() => {
      running.delete(subnet)
      lookedAt.set(subnet, clock.now())
    })
    running.set(subnet, { look: looking, isAwaited })
    return looking
  }

  return {
    isQuiet,
    prepare: (subnet) => start(subnet, true),
    beforeOffer(subnet, ip) {
      const address = parseAddress(ip)
      if (subnet.ownAddress === undefined || address === undefined) return undefined
      offers += 1
      const isCold =
        running.get(subnet)?.isAwaited ?? (lookedAt.get(subnet) ?? 0) + coldMs < clock.now()
      if (isQuiet(address) || !isCold) {
        if (offers % ahead === 0 || !isQuiet(address)) void start(subnet, false)
        return undefined
      }
      if (waiting >= mostWaiting) return undefined
      waiting += 1
      return start(subnet, true).finally(() => {
        waiting -= 1
      })
    },
    close() {
      for (const cancel of doubts) cancel()
    },
  }
}
