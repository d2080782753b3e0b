import type { AnswerSettings } from './answer.ts'
import type { Ports } from './destination.ts'
import type { ForeignServers } from './foreign-servers.ts'
import { createFullMode } from './full.ts'
import type { Hosts } from './hosts.ts'
import type { Lease } from './lease.ts'
import { createJournalStore } from './lease-journal.ts'
import { createDatabaseStore } from './lease-store.ts'
import type { Link } from './link.ts'
import { openNeighbours } from './neighbours.ts'
import { createProber } from './prober.ts'
import { openRecords } from './records.ts'
import type { Respond, ServerParts } from './server.ts'
import { type ServerCheck, startServerCheck } from './server-check.ts'
import type { Subnet } from './subnet.ts'
import type { Teller } from './teller.ts'

/** Full mode with everything it keeps open. */
export interface FullMode {
  respond(link: Link, ports: Ports): Respond
  /** Another server of ours gave a lease. */
  heard(lease: Lease): void
  /** Ends what looks around by itself, while requests are still answered. */
  stopLooking(): Promise<void>
  /** Resolves when every lease is in the database. */
  close(): Promise<void>
}

/** How often this server says that it belongs to the suite. */
const announceMs = 300_000

/** Reads hosts and leases. @throws LinboError when the database or the journal of leases cannot be read. */
export async function openFullMode(
  parts: ServerParts & {
    hosts: Hosts
    subnets: Subnet[]
    settings: AnswerSettings
    tell: Teller
    foreign: ForeignServers
    onError(error: unknown): void
  },
): Promise<FullMode> {
  const { config, outside, hosts, embedded, log, clock, subnets, settings, tell, foreign } = parts
  const { onError } = parts
  const store = embedded
    ? await createJournalStore(outside, config.LINBO_DATA_DIR, clock, onError)
    : createDatabaseStore(outside, clock)
  const neighbours = await openNeighbours(clock)
  const prober = createProber({ clock, neighbours, book: () => records.book, tell: tell.inUse })
  const { isQuiet } = prober
  const records = await openRecords({ outside, hosts, clock, store, subnets, isQuiet, onError })
  for (const subnet of subnets) if (subnet.ownAddress) void prober.prepare(subnet)
  let check: ServerCheck | undefined
  let stopAnnouncing = () => {}
  const announce = () => {
    foreign.announce()
    stopAnnouncing = clock.after(announceMs, announce)
  }
  announce()

  return {
    heard: records.heard,
    respond(link, ports) {
      const looking = startServerCheck({
        link,
        devices: [...new Set(subnets.flatMap((subnet) => subnet.interface ?? []))],
        clock,
        found: foreign.seen,
        onSkip: (err) => log.debug({ err }, 'other DHCP servers were not looked for'),
      })
      check = looking
      const full = createFullMode({
        records,
        prober,
        now: clock.now,
        settings,
        subnets,
        ports,
        tell,
      })
      return (request, arrival) => (looking.isOurs(request.mac) ? [] : full(request, arrival))
    },
    async stopLooking() {
      stopAnnouncing()
      prober.close()
      await check?.close()
    },
    async close() {
      await store.close()
      await neighbours.close()
    },
  }
}
