import type { Clock } from '@linbo/runtime'
import { groupCommit } from './group-commit.ts'
import { inTime } from './in-time.ts'
import type { Lease } from './lease.ts'
import type { Outside } from './outside.ts'

/** Where leases last. */
export interface LeaseStore {
  load(): Promise<Lease[]>
  /**
   * Resolves once no crash can lose the lease: only then may the machine be told. `taken` means that another server
   * has given the address to somebody else.
   * @throws LinboError `DHCP_DATABASE` or `DHCP_JOURNAL` when it cannot be stored.
   */
  save(lease: Lease): Promise<'stored' | 'taken'>
  /** Resolves when the database has everything. */
  close(): Promise<void>
}

const mostRows = 200

/** Leases stored by the database, many with one statement: those that come while one runs go with the next. */
export function createDatabaseStore(outside: Outside, clock: Clock): LeaseStore {
  const rows = groupCommit(
    (batch: Lease[]) => inTime(clock, outside.saveLeases(batch)),
    mostRows,
    nextTurn,
  )
  return { load: outside.leases, save: rows.add, close: rows.idle }
}

/** Lets everything in that has arrived already, so that it goes together. */
export const nextTurn = () => new Promise<void>((resolve) => void setImmediate(resolve))
