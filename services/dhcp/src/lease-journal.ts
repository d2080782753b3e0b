import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { type Clock, LinboError } from '@linbo/runtime'
import { groupCommit } from './group-commit.ts'
import type { Lease } from './lease.ts'
import { type LeaseStore, nextTurn } from './lease-store.ts'
import type { Outside } from './outside.ts'

/** A journal of this many bytes, about 40,000 leases, is put aside. */
const longBytes = 4_000_000
/** Twice as long as the kernel keeps from the disk what the database wrote. */
const settleMs = 60_000
/**
 * The embedded database computes in our thread, and a statement costs much more than a row: so rows are collected, and
 * between two full statements the thread is left alone.
 */
const collectMs = 100
const restMs = 5
const retryMs = 1000
const mostLeases = 50

/**
 * Leases of the embedded database, which is slow to commit and does not wait for the disk: each is first appended to
 * a journal on the disk, many at a time, and goes to the database a moment later. What the database missed in a
 * crash is read back from the journal. Two files take turns, so that what is thrown away has long been on the disk in
 * the database. The thread waits for the disk, because a trip through Node's thread pool takes longer than the write.
 * @throws LinboError `DHCP_JOURNAL` when the journal cannot be read or written.
 */
export async function createJournalStore(
  outside: Outside,
  folder: string,
  clock: Clock,
  onError: (error: unknown) => void,
): Promise<LeaseStore> {
  const [newest, older] = [join(folder, 'dhcp-leases.journal'), join(folder, 'dhcp-leases.older')]
  const missed = [...readJournal(older), ...readJournal(newest)]
  if (missed.length > 0) await outside.saveLeases(missed)
  let file = openJournal(newest)
  let { size } = fstatSync(file)
  // Whatever a crash left of a last line must not swallow the next one.
  if (size > 0) writeSync(file, '\n')
  let turnedAt = clock.now()
  let isClosing = false
  /** Leases written to the journals, in the database, and how many of the former are in the older file. */
  const count = { written: 0, stored: 0, older: 0 }

  function turn(): void {
    closeSync(file)
    renameSync(newest, older)
    file = openJournal(newest)
    size = 0
    turnedAt = clock.now()
    count.older = count.written
  }

  const journal = groupCommit(
    async (batch: Lease[]) => {
      const lines = batch.map((lease) => `${JSON.stringify(lease)}\n`).join('')
      try {
        const isSettled = turnedAt + settleMs < clock.now() && count.stored >= count.older
        if (size > longBytes && isSettled) turn()
        size += writeSync(file, lines)
      } catch (cause) {
        throw broken(newest, cause)
      }
      count.written += batch.length
      for (const lease of batch) behind.add(lease).catch(onError)
      return batch.map(() => 'stored' as const)
    },
    1000,
    nextTurn,
  )
  const pause = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve))
  let restUntil = 0
  const behind = groupCommit(
    async (batch: Lease[]) => {
      for (;;) {
        try {
          const answers = await outside.saveLeases(batch)
          count.stored += batch.length
          restUntil = clock.now() + (batch.length === mostLeases ? restMs : collectMs)
          return answers
        } catch (error) {
          if (isClosing) throw error
          onError(error)
          await pause(retryMs)
        }
      }
    },
    mostLeases,
    () => pause(Math.max(0, restUntil - clock.now())),
  )

  return {
    load: outside.leases,
    save: journal.add,
    async close() {
      isClosing = true
      await journal.idle()
      await behind.idle()
      closeSync(file)
    },
  }
}

/** With O_DSYNC a write returns when it is on the disk. */
function openJournal(path: string): number {
  const { O_APPEND, O_CREAT, O_WRONLY, O_DSYNC } = constants
  try {
    return openSync(path, O_APPEND | O_CREAT | O_WRONLY | O_DSYNC, 0o600)
  } catch (cause) {
    throw broken(path, cause)
  }
}

/** The leases in a journal, without a last one that a crash cut short. Empty when there is none. */
function readJournal(path: string): Lease[] {
  let text = ''
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw broken(path, cause)
  }
  return text.split('\n').flatMap((line) => {
    try {
      return line ? [JSON.parse(line) as Lease] : []
    } catch {
      return []
    }
  })
}

function broken(path: string, cause: unknown): LinboError {
  return new LinboError('DHCP_JOURNAL', `the journal of leases ${path} cannot be used`, {
    fix: 'Make LINBO_DATA_DIR writable, and make room on its disk.',
    cause,
  })
}
