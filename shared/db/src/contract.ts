import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as queries from './index.ts'
import type { Database } from './open.ts'
import { describeRegistrations } from './registration-contract.ts'
import { describeStartConfVersions } from './start-conf-contract.ts'

/** What every database does. `open` gives a migrated one. */
export function describeDatabaseContract(name: string, open: () => Promise<Database>): void {
  describe(`${name} database`, () => {
    let database: Database
    let db: Database['db']
    beforeAll(async () => {
      database = await open()
      db = database.db
    })
    afterAll(() => database.close())
    beforeEach(async () => {
      const tables = sql`hosts, device_files, operations, operation_hosts, operation_output, leases, boots, transfers, audit, known_keys, sessions, start_conf_versions, group_renames, registrations, registration_rules, unknown_machines, hardware, image_uses, log_facts, missing_firmware`
      await sql`truncate ${tables} restart identity`.execute(db)
    })

    const pc01 = {
      hostname: 'pc01',
      mac: '52:54:00:00:00:01',
      ip: '10.0.0.1',
      group: 'lab',
      room: 'r1',
    }
    const pc02 = { hostname: 'pc02', mac: '52:54:00:00:00:02', ip: null, group: 'lab', room: 'r2' }
    const operation = (id: string, hosts = ['pc01', 'pc02']) => ({
      id,
      commands: 'sync:1',
      options: { when: 'now' },
      createdBy: 'test',
      hosts,
    })

    it('saves, finds, filters, changes and removes hosts', async () => {
      await queries.saveHost(db, pc01)
      await queries.saveHost(db, pc02)
      expect(await queries.findHostByMac(db, pc01.mac)).toMatchObject({ ...pc01, pxe: 1 })
      expect((await queries.listHosts(db, { room: 'r2' })).map((host) => host.hostname)).toEqual([
        'pc02',
      ])
      expect(
        (await queries.listHosts(db, { search: '00:01' })).map((host) => host.hostname),
      ).toEqual(['pc01'])
      expect((await queries.listHosts(db, { search: '100%' })).length).toBe(0)
      await queries.changeHost(db, 'pc01', { room: 'r9' })
      await queries.saveHost(db, { ...pc01, group: 'other' })
      expect(await queries.findHost(db, 'pc01')).toMatchObject({ group: 'other', room: 'r1' })
      expect(await queries.removeHost(db, 'pc01')).toBe(true)
      expect(await queries.removeHost(db, 'pc01')).toBe(false)
    })

    const whole = (host: queries.NewHost): queries.WholeHost => ({
      ...{ ip: null, school: 'default-school', pxe: 1, role: 'server', comment: '' },
      ...{ office_key: '', windows_key: '', dhcp_options: '', reserved: [] },
      ...host,
    })

    it('saves many hosts at once, which may exchange MACs and addresses', async () => {
      const kept = { dhcp_options: 'next-server 10.0.0.9', reserved: ['a', '', 'ü;'] }
      await queries.saveHosts(db, [whole({ ...pc01, ...kept }), whole({ ...pc02, ip: '10.0.0.2' })])
      expect(await queries.findHost(db, 'pc01')).toMatchObject({ ...pc01, ...kept })
      await queries.pinKey(db, 'pc01', 'SHA256:first')
      await db.transaction().execute(async (trx) => {
        await queries.lockHosts(trx)
        await queries.saveHosts(trx, [
          whole({ ...pc01, mac: pc02.mac, ip: '10.0.0.2' }),
          whole({ ...pc02, mac: pc01.mac, ip: '10.0.0.1' }),
        ])
      })
      expect(await queries.listHosts(db)).toMatchObject([
        { hostname: 'pc01', mac: pc02.mac, ip: '10.0.0.2', reserved: [] },
        { hostname: 'pc02', mac: pc01.mac, ip: '10.0.0.1' },
      ])
      await queries.removeHosts(db, ['pc01', 'nobody'])
      expect((await queries.listHosts(db)).map((host) => host.hostname)).toEqual(['pc02'])
      expect(await queries.findKnownKey(db, 'pc01')).toBeUndefined()
    })

    it("keeps a school's devices.csv byte by byte", async () => {
      const content = Uint8Array.from({ length: 256 }, (_, byte) => byte)
      const file = { school: 'north', content, taken: ['a'], imported_at: new Date(5000) }
      await queries.saveDeviceFile(db, { ...file, content: Uint8Array.of(1) })
      await queries.saveDeviceFile(db, file)
      const found = await queries.findDeviceFile(db, 'north')
      expect({ ...found, content: Uint8Array.from(found!.content) }).toEqual(file)
      expect(await queries.findDeviceFile(db, 'south')).toBeUndefined()
    })

    it('refuses two hosts with one MAC', async () => {
      await queries.saveHost(db, pc01)
      await expect(queries.saveHost(db, { ...pc02, mac: pc01.mac })).rejects.toThrow(
        /unique|duplicate/i,
      )
    })

    it('finds a pool host by the lease it holds, and gives an address to one machine only', async () => {
      await queries.saveHost(db, pc02)
      const lease = { mac: pc02.mac, ip: '10.0.0.9', hostname: 'pc02', expires_at: new Date() }
      await queries.saveLease(db, lease)
      expect(await queries.findHostByIp(db, '10.0.0.9')).toMatchObject({ hostname: 'pc02' })
      await queries.saveLease(db, { ...lease, mac: '52:54:00:00:00:99', hostname: null })
      expect(await queries.listLeases(db)).toMatchObject([
        { mac: '52:54:00:00:00:99', ip: '10.0.0.9' },
      ])
      expect(await queries.findHostByIp(db, '10.0.0.9')).toBeUndefined()
    })

    it('stores many leases at once, never one on an address that another machine still holds', async () => {
      const [a, b, c] = ['52:54:00:00:00:0a', '52:54:00:00:00:0b', '52:54:00:00:00:0c'] as const
      const later = new Date(Date.now() + 600_000)
      const row = (mac: string, ip: string, expires_at = later) => ({
        mac,
        ip,
        hostname: null,
        expires_at,
      })
      const save = async (...rows: ReturnType<typeof row>[]) =>
        [...(await queries.saveLeases(db, rows))].sort()
      expect(await save(row(a, '10.0.0.1'), row(b, '10.0.0.2'))).toEqual([a, b])
      expect(await save(row(a, '10.0.0.3'), row(c, '10.0.0.2'))).toEqual([a])
      expect(await save(row(c, '10.0.0.1'))).toEqual([c])
      await save(row(c, '10.0.0.1', new Date(0)))
      expect(await save(row(b, '10.0.0.1'))).toEqual([b])
      expect(await queries.listLeases(db)).toMatchObject([
        { mac: b, ip: '10.0.0.1', expires_at: later },
        { mac: a, ip: '10.0.0.3' },
      ])
    })

    it('gives an address to one machine only, whoever asks at the same time', async () => {
      const macs = Array.from({ length: 20 }, (_, at) => `52:54:00:00:01:${10 + at}`)
      const lease = { ip: '10.0.0.1', hostname: null, expires_at: new Date(Date.now() + 600_000) }
      const stored = await Promise.all(
        macs.map((mac) => queries.saveLeases(db, [{ mac, ...lease }])),
      )
      expect(stored.flatMap((one) => [...one])).toHaveLength(1)
      expect(await queries.listLeases(db)).toHaveLength(1)
    })

    it('tells by one text whether hosts changed', async () => {
      const versions = [await queries.hostsVersion(db)]
      const step = async (change: Promise<unknown>) => {
        await change
        versions.push(await queries.hostsVersion(db))
      }
      await step(queries.saveHost(db, pc01))
      await step(queries.saveHost(db, pc02))
      await step(queries.changeHost(db, 'pc02', { pxe: 0 }))
      await step(queries.removeHost(db, 'pc01'))
      expect(new Set(versions).size).toBe(versions.length)
      expect(await queries.hostsVersion(db)).toBe(versions.at(-1))
    })

    it('hands each queued operation to one worker', async () => {
      for (const id of ['a', 'b', 'c']) await queries.createOperation(db, operation(id))
      const claims = ['w1', 'w2', 'w3', 'w4'].map((worker) => queries.claimOperation(db, worker))
      const claimed = (await Promise.all(claims)).flatMap((row) => (row ? [row.id] : []))
      expect(claimed.sort()).toEqual(['a', 'b', 'c'])
      expect(await queries.countOperations(db)).toEqual({ running: 3 })
    })

    it('marks what a vanished worker left as interrupted, and leaves the living alone', async () => {
      await queries.createOperation(db, operation('dead'))
      await queries.claimOperation(db, 'gone')
      await queries.changeOperationHost(db, 'dead', 'pc01', {
        phase: 'done',
        finished_at: new Date(),
      })
      await queries.createOperation(db, operation('alive'))
      await queries.claimOperation(db, 'here')
      const old = new Date(Date.now() - 60_000)
      await queries.changeOperation(db, 'dead', { heartbeat_at: old })
      await queries.heartbeat(db, 'here')
      const rows = await queries.interruptAbandoned(db, new Date(Date.now() - 15_000))
      expect(rows.map((row) => row.id)).toEqual(['dead'])
      const hosts = await queries.listOperationHosts(db, ['dead'])
      expect(hosts.map((host) => host.phase)).toEqual(['done', 'interrupted'])
      expect(await queries.findOperation(db, 'alive')).toMatchObject({ state: 'running' })
    })

    it('keeps output in order and reads on from a number', async () => {
      await queries.createOperation(db, operation('a'))
      const at = new Date()
      const row = (seq: number) => ({
        operation_id: 'a',
        hostname: 'pc01',
        seq,
        at,
        text: `line ${seq}\r\n`,
      })
      await queries.appendOutput(db, [row(1), row(2), row(3)])
      const rest = await queries.readOutput(db, 'a', { host: 'pc01', after: 1 })
      expect(rest.map((one) => one.text)).toEqual(['line 2\r\n', 'line 3\r\n'])
    })

    it('keeps a boot with its steps as one row that grows', async () => {
      const start = new Date('2026-11-20T07:45:00Z')
      const boot = {
        id: 'b1',
        hostname: 'pc01',
        mac: pc01.mac,
        ip: null,
        firmware: 'bios',
        state: 'booting',
        started_at: start,
        last_at: start,
        steps: [{ at: start.toISOString(), step: 'firmware-offer', ok: true, detail: '10.0.0.1' }],
        room: 'r1',
        group: 'lab',
        files: [],
        verdict: null,
        phases: {},
      }
      await queries.saveBoots(db, [boot, { ...boot, id: 'b2', hostname: 'pc02' }])
      const more = { at: start.toISOString(), step: 'kernel', ok: true, detail: 'linbo64' }
      const verdict = { code: 'packet-loss', facts: { retries: 12 } }
      await queries.saveBoots(db, [
        { ...boot, state: 'linbo', steps: [...boot.steps, more], verdict },
      ])
      const [found] = await queries.listBoots(db, { host: 'pc01' })
      expect(found).toMatchObject({ state: 'linbo', started_at: start, verdict })
      expect(found?.steps.map((step) => step.step)).toEqual(['firmware-offer', 'kernel'])
      expect(await queries.findBoot(db, 'b2')).toMatchObject({ state: 'booting', verdict: null })
    })

    it('tells the usual time of each phase, by room and by group, from earlier boots that arrived', async () => {
      const boot = (id: string, minute: number, more: object) => ({
        ...{ id, hostname: id, mac: null, ip: null, firmware: null, state: 'linbo' },
        started_at: new Date(Date.UTC(2026, 10, 20, 7, minute)),
        last_at: new Date(Date.UTC(2026, 10, 20, 8)),
        ...{ steps: [], files: [], verdict: null, room: 'r1', group: 'lab', phases: {} },
        ...more,
      })
      await queries.saveBoots(db, [
        boot('a', 1, { phases: { kernel: 4000, linux: 10_000 } }),
        boot('b', 2, { phases: { kernel: 5000 } }),
        boot('c', 3, { phases: { kernel: 90_000 } }),
        boot('stuck', 4, { phases: { kernel: 1 }, state: 'stalled' }),
        boot('elsewhere', 5, { phases: { kernel: 1000 }, room: 'r2' }),
        boot('now', 30, { phases: { kernel: 1 } }),
      ])
      const before = new Date(Date.UTC(2026, 10, 20, 7, 30))
      const inRoom = { boots: 3, phases: { kernel: 5000, linux: 10_000 } }
      expect(await queries.usualPhases(db, before, { room: 'r1' })).toEqual(inRoom)
      expect((await queries.usualPhases(db, before, { group: 'lab' })).boots).toBe(4)
      expect((await queries.usualPhases(db, before)).phases.kernel).toBe(4500)
      expect(await queries.usualPhases(db, before, { room: 'r9' })).toEqual({
        boots: 0,
        phases: {},
      })
    })

    it('updates many transfers at once and ends those a stopped server left open', async () => {
      const row = (id: string) => ({
        id,
        via: 'rsync',
        direction: 'down',
        hostname: 'pc01',
        ip: '10.0.0.1',
        file: 'images/tiny/tiny.qcow2',
        size_bytes: 9_000_000_000,
        bytes: 0,
        result: null,
        reason: null,
        retries: null,
        started_at: new Date(),
        finished_at: null,
      })
      await queries.saveTransfers(db, [row('a'), row('b')])
      await queries.saveTransfers(db, [
        { ...row('a'), bytes: 9_000_000_000, result: 'ok', finished_at: new Date() },
      ])
      await queries.abortOpenTransfers(db)
      expect(await queries.findTransfer(db, 'a')).toMatchObject({
        bytes: 9_000_000_000,
        result: 'ok',
      })
      expect(await queries.findTransfer(db, 'b')).toMatchObject({ result: 'aborted' })
    })

    it('appends to the audit log, newest first', async () => {
      await queries.recordAudit(db, {
        who: 'a',
        source: '::1',
        action: 'host.create',
        target: 'pc01',
      })
      await queries.recordAudit(db, {
        who: 'b',
        source: '::1',
        action: 'x',
        target: 'y',
        detail: { n: 1 },
      })
      const rows = await queries.listAudit(db)
      expect(rows.map((row) => row.who)).toEqual(['b', 'a'])
      expect(rows[0]?.detail).toEqual({ n: 1 })
    })

    describeStartConfVersions(() => db)

    it('pins the first SSH key it sees until it is told to forget it', async () => {
      await queries.pinKey(db, 'pc01', 'SHA256:first')
      await queries.pinKey(db, 'pc01', 'SHA256:second')
      expect(await queries.findKnownKey(db, 'pc01')).toBe('SHA256:first')
      expect(await queries.forgetKey(db, 'pc01')).toBe(true)
      expect(await queries.findKnownKey(db, 'pc01')).toBeUndefined()
    })

    describeRegistrations(() => db)

    it('leaves nothing of a transaction that failed', async () => {
      const attempt = db.transaction().execute(async (trx) => {
        await queries.saveHost(trx, pc01)
        throw new Error('half way')
      })
      await expect(attempt).rejects.toThrow('half way')
      expect(await queries.listHosts(db)).toEqual([])
    })

    it('migrates once, however many ask at the same time', async () => {
      const again = await Promise.all([
        queries.migrate(db),
        queries.migrate(db),
        queries.migrate(db),
      ])
      expect(again).toEqual([[], [], []])
    })
  })
}
