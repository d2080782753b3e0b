import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@linbo/runtime'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Lease } from './lease.ts'
import { createJournalStore } from './lease-journal.ts'
import type { Outside } from './outside.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linbo-journal-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** A database that can be away. */
function createOutside(saved: Lease[], isAway = () => false): Outside {
  return {
    leases: async () => saved,
    saveLeases: async (leases: Lease[]) => {
      if (isAway()) throw new Error('away')
      saved.push(...leases)
      return leases.map(() => 'stored' as const)
    },
  } as Outside
}

const lease = (at: number): Lease => ({
  ...{ mac: `52:54:00:00:00:${10 + at}`, ip: `10.0.0.${at}`, hostname: null, expiresAt: 1e13 + at },
})
const open = (outside: Outside) => createJournalStore(outside, folder, systemClock, () => {})

it('has a lease on the disk before it says so, and in the database in the end', async () => {
  const saved: Lease[] = []
  const store = await open(createOutside(saved))
  expect(await store.save(lease(1))).toBe('stored')
  const text = await readFile(join(folder, 'dhcp-leases.journal'), 'utf8')
  expect(JSON.parse(text)).toEqual(lease(1))
  await store.close()
  expect(saved).toEqual([lease(1)])
})

it('gives the database what a crash kept from it, but nothing that was written by half', async () => {
  const crashed = await open(createOutside([], () => true))
  await Promise.all([1, 2].map((at) => crashed.save(lease(at))))
  await crashed.close()
  await appendFile(join(folder, 'dhcp-leases.journal'), '{"mac":"52:54')
  const saved: Lease[] = []
  const store = await open(createOutside(saved))
  expect(saved).toEqual([lease(1), lease(2)])
  await store.save(lease(3))
  await store.close()
  const again: Lease[] = []
  await (await open(createOutside(again))).close()
  expect(again).toEqual([lease(1), lease(2), lease(3)])
})

it('says what to do when the disk does not take it', async () => {
  const nowhere = createJournalStore(createOutside([]), '/proc/nowhere', systemClock, () => {})
  await expect(nowhere).rejects.toMatchObject({
    code: 'DHCP_JOURNAL',
    fix: expect.stringContaining('LINBO_DATA_DIR'),
  })
})
