import { type Database, openDatabase, saveHost } from '@linbo/db'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openClient, startServer } from './server-fixture.ts'

let database: Database
beforeAll(async () => {
  database = await openDatabase({ url: undefined, dataDir: 'memory' })
  const host = { hostname: 'pc01', mac: '52:54:00:1b:0b:10', group: 'win', room: 'r1' }
  await saveHost(database.db, { ...host, ip: '127.77.0.1' })
})
afterAll(() => database.close())

const core = 'boot/grub/x86_64-efi/core.efi'
const boot = { [core]: 'core'.repeat(1000), linbo64: 'kernel', 'boot/grub/grub.cfg': 'menu' }
const pc01 = { host: 'pc01', mac: '52:54:00:1b:0b:10', ip: '127.77.0.1' }

it('tells who fetched what, in order', async () => {
  await using server = await startServer({ db: database.db, files: boot })
  await using client = await openClient(server.port, '127.77.0.1')
  await client.read(core, { blksize: '1468' })
  const detail = expect.stringContaining('4000 bytes')
  expect(await server.event('boot.step')).toMatchObject({
    ...pc01,
    step: 'boot-file',
    ok: true,
    firmware: 'uefi-x64',
    detail,
  })
  const facts = server.events.map(({ id, at, ...rest }) => rest)
  expect(facts[0]).toEqual({ type: 'host.seen', ...pc01, by: 'tftp' })
  const file = { via: 'tftp', direction: 'down', file: core, sizeBytes: 4000 }
  expect(facts[1]).toMatchObject({ type: 'transfer.started', ...pc01, ...file })
  expect(facts[2]).toMatchObject({ type: 'transfer.finished', result: 'ok', bytes: 4000 })
  expect(facts).toHaveLength(4)
})

it('says nothing about a size probe, and that a reader hung up', async () => {
  await using server = await startServer({ db: database.db, files: boot })
  await using client = await openClient(server.port, '127.77.0.1')
  const probe = await client.ask(core, { tsize: '0' })
  await client.send({ op: 'error', code: 8, message: 'User aborted the transfer' }, probe.port)
  const kernel = await client.ask('/linbo64', { tsize: '0' })
  await client.send({ op: 'ack', block: 0 }, kernel.port)
  await client.next()
  await client.send({ op: 'error', code: 0, message: 'closed' }, kernel.port)
  expect(await server.event('transfer.finished')).toMatchObject({ result: 'aborted' })
  const types = server.events.map((event) => event.type)
  expect(types).toEqual(['host.seen', 'transfer.started', 'transfer.finished'])
})

it("believes the MAC address in GRUB's question, though the file is missing", async () => {
  await using server = await startServer({ db: database.db, files: boot })
  await using client = await openClient(server.port, '127.77.0.9')
  await client.ask('/boot/grub/grub.cfg-01-52-54-00-1b-0b-10')
  await client.read('/boot/grub/grub.cfg')
  expect(await server.event('boot.step')).toMatchObject({
    ...pc01,
    ip: '127.77.0.9',
    step: 'grub-config',
  })
  expect(await server.event('host.seen')).toMatchObject({ host: 'pc01', ip: '127.77.0.9' })
})

it('reports a missing kernel as a failed step, but not a missing host config', async () => {
  await using server = await startServer({ db: database.db })
  await using client = await openClient(server.port, '127.77.0.1')
  await client.ask('/boot/grub/hostcfg/pc01.cfg')
  await client.ask('/linbo64')
  expect(await server.event('boot.step')).toMatchObject({ step: 'kernel', ok: false })
  expect(server.events.filter((event) => event.type === 'boot.step')).toHaveLength(1)
})

it('goes on when the database is away', async () => {
  const away = await openDatabase({ url: undefined, dataDir: 'memory' })
  await away.close()
  await using server = await startServer({ db: away.db, files: boot })
  await using client = await openClient(server.port, '127.77.0.1')
  expect((await client.read('linbo64')).toString()).toBe('kernel')
  expect(await server.event('boot.step')).toMatchObject({
    host: null,
    mac: null,
    ip: '127.77.0.1',
    step: 'kernel',
    ok: true,
  })
})
