import type { BusEvent } from '@linbo/bus'
import { type Database, findUnknownMachine, hideUnknownMachine, openDatabase } from '@linbo/db'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createUnknownKeeper } from './unknown-keeper.ts'

let database: Database
beforeAll(async () => {
  database = await openDatabase({ url: undefined, dataDir: 'memory' })
})
afterAll(() => database.close())

const start = Date.UTC(2026, 10, 21, 8)
const mac = '52:54:00:00:02:01'
const step = (second: number, more: Partial<BusEvent<'boot.step'>> = {}) =>
  ({
    ...{ id: 1, at: new Date(start + second * 1000).toISOString(), type: 'boot.step', host: null },
    ...{ mac, ip: null, step: 'firmware-discover', ok: true, detail: 'it asks', ...more },
  }) as BusEvent<'boot.step'>

it('counts boots, not steps, and remembers the last thing that happened', async () => {
  const keeper = createUnknownKeeper({ db: database.db, now: () => start })
  await keeper.seen(mac, { type: 'host.seen', ip: '10.0.0.200' })
  await keeper.flush()
  expect(await findUnknownMachine(database.db, mac)).toMatchObject({ boots: 0, step: null })
  await keeper.seen(mac, step(1, { firmware: 'bios' }))
  await keeper.seen(mac, step(20, { step: 'kernel' }))
  await keeper.seen(mac, step(300, { step: 'firmware-offer', ok: false, detail: 'no address' }))
  await keeper.flush()
  expect(await findUnknownMachine(database.db, mac)).toMatchObject({
    ...{ ip: '10.0.0.200', firmware: 'bios', boots: 2, ok: false, detail: 'no address' },
    ...{ step: 'firmware-offer', last_at: new Date(start + 300_000), is_hidden: false },
  })
})

it('goes on where another recorder stopped, and leaves hidden what is hidden', async () => {
  await hideUnknownMachine(database.db, mac, true)
  const keeper = createUnknownKeeper({ db: database.db, now: () => start })
  await keeper.seen(mac, step(600))
  await keeper.flush()
  expect(await findUnknownMachine(database.db, mac)).toMatchObject({ boots: 3, is_hidden: true })
})

it('keeps no more machines than it may, however many there seem to be', async () => {
  const keeper = createUnknownKeeper({ db: database.db, now: () => start })
  for (let number = 0; number < 2600; number++) {
    const made = `52:54:01:00:${(number >> 8).toString(16).padStart(2, '0')}:${(number & 255).toString(16).padStart(2, '0')}`
    await keeper.seen(made, step(700 + number / 10, { mac: made }))
    if (number % 100 === 99) await keeper.flush()
  }
  await keeper.prune()
  const { count } = await database.db
    .selectFrom('unknown_machines')
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirstOrThrow()
  expect(Number(count)).toBe(2000)
  expect(await findUnknownMachine(database.db, mac)).toMatchObject({ is_hidden: true })
})
