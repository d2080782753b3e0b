import type { Clock } from '@linbo/runtime'
import { AddressBook } from './address-book.ts'
import type { Host, Hosts } from './hosts.ts'
import type { Finding, Lease } from './lease.ts'
import type { LeaseStore } from './lease-store.ts'
import type { Outside } from './outside.ts'
import type { Request } from './request.ts'
import type { Subnet } from './subnet.ts'

/** What we know about machines. All answers come from memory; only what has to last is waited for. */
export interface Records {
  readonly book: AddressBook
  /** Undefined when hosts are known as they are; else resolves when they are. */
  refresh(): Promise<void> | undefined
  host(mac: string): Host
  /** The address this machine has or would get in a network. */
  find(request: Request, host: Host, subnet: Subnet): Finding
  offered(mac: string, ip: string): void
  /**
   * Resolves true once the lease is stored for good; false when another server gave the address to another machine.
   * A host's fixed address is its own with or without a stored lease, so it may have it while the database is away.
   * @throws LinboError when the lease cannot be stored.
   */
  granted(mac: string, ip: string, host: Host, expiresAt: number): Promise<boolean>
  /** The client took another server's offer. */
  turnedDown(mac: string): void
  /** The machine found somebody else on the address we gave it. False when we gave it none. */
  declined(mac: string, ip: string): Promise<boolean>
  /** Ends a lease, but remembers whose it was. False when this machine does not hold the address. */
  released(mac: string, ip: string): Promise<boolean>
  /** Another server of ours gave a lease. */
  heard(lease: Lease): void
}

/** Reads the leases. @throws what the database throws. */
export async function openRecords(parts: {
  outside: Outside
  hosts: Hosts
  clock: Clock
  store: LeaseStore
  subnets: Subnet[]
  isQuiet: (address: number) => boolean
  onError: (error: unknown) => void
}): Promise<Records> {
  const { outside, hosts, clock, store, subnets, isQuiet, onError } = parts
  const book = new AddressBook(subnets, isQuiet)
  for (const lease of await store.load()) book.put(lease)
  hosts.onChange((fixed) => book.reserve(fixed))

  async function end(mac: string, ip: string): Promise<boolean> {
    const lease = book.leaseOf(mac)
    if (lease?.ip !== ip) return false
    const ended = { ...lease, expiresAt: clock.now() }
    book.put(ended)
    await store.save(ended)
    return true
  }

  return {
    book,
    refresh: hosts.refresh,
    host: hosts.find,
    find: ({ mac, address }, host, subnet) =>
      book.find({ mac, wanted: address, fixed: host?.ip ?? null }, subnet, clock.now()),
    offered: (mac, ip) => book.offer(mac, ip, clock.now()),
    async granted(mac, ip, host, expiresAt) {
      const before = book.leaseOf(mac)
      const lease: Lease = { mac, ip, hostname: host?.hostname ?? null, expiresAt }
      book.put(lease)
      const undo = () => {
        if (book.leaseOf(mac) !== lease) return
        book.remove(mac)
        if (before) book.put(before)
      }
      try {
        if ((await store.save(lease)) === 'stored') return true
      } catch (error) {
        if (host?.ip === ip) {
          onError(error)
          return true
        }
        undo()
        book.offer(mac, ip, clock.now())
        throw error
      }
      undo()
      const holder = await outside.leaseOn(ip)
      if (holder) book.put(holder)
      return false
    },
    turnedDown: (mac) => book.turnDown(mac),
    async declined(mac, ip) {
      const now = clock.now()
      const isTheirs = book.leaseOf(mac)?.ip === ip || book.hasOffer(mac, ip, now)
      if (!isTheirs && hosts.find(mac)?.ip !== ip) return false
      book.foundInUse(ip, now)
      book.turnDown(mac)
      await end(mac, ip)
      return true
    },
    released: end,
    heard(lease) {
      const known = book.leaseOf(lease.mac)
      if (!known || known.expiresAt < lease.expiresAt) book.put(lease)
    },
  }
}
