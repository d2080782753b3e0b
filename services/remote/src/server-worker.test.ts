import { readFile } from 'node:fs/promises'
import { settingsTable } from '@linbo/config'
import { claimOperation, createOperation, findOperation } from '@linbo/db'
import type { FakeCommand } from '@linbo/ssh/fake-client'
import { describe, expect, it } from 'vitest'
import { schema } from './config.ts'
import {
  bus,
  database,
  finished,
  hostRow,
  machine,
  remote,
  seen,
  submit,
  unique,
} from './testing.ts'

describe('several workers and restarts', () => {
  it('marks what a killed server left as interrupted, and says so', async () => {
    const pc = await machine()
    const id = `op${unique()}`
    const hosts = [pc.hostname]
    await createOperation(database.db, {
      id,
      commands: 'sync:1',
      options: {},
      createdBy: 'test',
      hosts,
    })
    await claimOperation(database.db, 'killed')
    await remote().start()
    expect(await finished(id)).toMatchObject({ state: 'interrupted', failed: hosts })
    expect(await hostRow(id)).toMatchObject({ phase: 'interrupted' })
    expect(pc.lines).toEqual([])
  })

  it('leaves alone what another live worker runs', async () => {
    const id = `op${unique()}`
    await createOperation(database.db, {
      id,
      commands: 'label',
      options: {},
      createdBy: 'x',
      hosts: [],
    })
    await claimOperation(database.db, 'alive')
    await remote({}, false).start()
    expect((await findOperation(database.db, id))?.state).toBe('running')
  })

  it('runs every operation once, whichever of two workers takes it', async () => {
    const pcs: Awaited<ReturnType<typeof machine>>[] = []
    for (let count = 0; count < 6; count++) pcs.push(await machine())
    await Promise.all([remote({}, false).start(), remote({}, false).start()])
    const ids = await Promise.all(pcs.map((pc) => submit([pc.hostname], 'label')))
    await Promise.all(ids.map(finished))
    for (const { lines } of pcs) {
      expect(lines.filter((line) => line === 'linbo_wrapper label')).toHaveLength(1)
    }
    expect(seen('operation.finished')).toHaveLength(6)
  })

  it('interrupts what runs when it is stopped, cleanly', async () => {
    let running: FakeCommand | undefined
    const pc = await machine((command) => {
      running = command
    })
    const service = remote()
    await service.start()
    const id = await submit([pc.hostname], 'sync:1')
    await expect.poll(() => running).toBeDefined()
    const stopping = service.stop()
    await expect.poll(() => pc.lines.some((line) => line.includes('kill -TERM'))).toBe(true)
    running?.killed('TERM')
    await stopping
    expect((await findOperation(database.db, id))?.state).toBe('interrupted')
    expect(pc.lines.at(-1)).toBe('gui_ctl restore')
    await expect.poll(() => pc.fake.connections()).toBe(0)
  })

  it('goes on when the database comes back', async () => {
    const pc = await machine()
    const service = remote()
    await service.start()
    expect(service.health().state).toBe('ok')
    await database.db.schema.alterTable('operation_hosts').renameTo('away').execute()
    const changed = await database.db
      .insertInto('operations')
      .values({
        id: `op${unique()}`,
        state: 'queued',
        commands: 'label',
        options: '{}',
        created_by: 'x',
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    bus.publish('operation.queued', { operation: changed.id })
    await expect
      .poll(async () => (await findOperation(database.db, changed.id))?.state)
      .toBe('running')
    await database.db.schema.alterTable('away').renameTo('operation_hosts').execute()
    expect(await finished(changed.id)).toMatchObject({ state: 'done' })
    expect(await finished(await submit([pc.hostname], 'label'))).toMatchObject({ state: 'done' })
  })
})

it('lists its settings in the README', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  expect(readme).toContain(settingsTable(schema))
})
