import { type Bus, type BusEvent, createMemoryBus, type Events, type EventType } from '@linbo/bus'
import {
  createOperation,
  type Database,
  listBoots,
  listTransfers,
  openDatabase,
  saveHost,
  saveTransfers,
} from '@linbo/db'
import { silentLog } from '@linbo/log'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { StoredStatus } from '../hosts/host-status.ts'
import { createTestClock, type TestClock } from '../test-clock.ts'
import { createRecorder, lockMs, type Recorder } from './recorder.ts'

let database: Database
let clock: TestClock
let bus: Bus
let recorder: Recorder
let changes: string[]
let verdicts: string[]

const pc = { host: 'pc01', mac: '52:54:00:00:00:01', ip: '10.0.0.1' }
const step = (name: Events['boot.step']['step'], more: Partial<Events['boot.step']> = {}) =>
  tell('boot.step', { ...pc, step: name, ok: true, detail: name, ...more })

async function tell<T extends EventType>(type: T, fields: Events[T]): Promise<void> {
  bus.publish(type, fields)
  await recorder.settled()
}

function create(): Recorder {
  return createRecorder({
    db: database.db,
    bus,
    clock,
    log: silentLog,
    patience: 1,
    osName: async (group, number) => (group === 'lab' && number === 2 ? 'Ubuntu' : undefined),
  })
}

/** Lets time pass in steps until it is so. */
async function goOnUntil(stepMs: number, isSo: () => boolean): Promise<void> {
  await expect
    .poll(() => {
      clock.advance(stepMs)
      return isSo()
    })
    .toBe(true)
}

const statusOf = (host: string) => bus.state.get<StoredStatus>(`host:${host}`)

beforeAll(async () => {
  database = await openDatabase({ url: undefined, dataDir: 'memory' })
  await saveHost(database.db, {
    hostname: 'pc01',
    mac: pc.mac,
    ip: pc.ip,
    group: 'lab',
    room: 'r1',
  })
})
afterAll(() => database.close())
beforeEach(async () => {
  await database.db.deleteFrom('boots').execute()
  await database.db.deleteFrom('transfers').execute()
  await database.db.deleteFrom('operations').execute()
  clock = createTestClock()
  bus = createMemoryBus({ now: clock.now })
  changes = []
  verdicts = []
  await bus.subscribe((event: BusEvent) => {
    if (event.type === 'host.status') changes.push(event.os ? `os ${event.os}` : event.status)
    if (event.type === 'boot.verdict') {
      verdicts.push(`${event.state} ${event.verdict?.code ?? null}`)
    }
  })
  recorder = create()
  await recorder.start()
})
afterEach(async () => {
  await recorder.stop()
  await bus.close()
})

describe('boots', () => {
  it('stores an attempt with its steps', async () => {
    await step('firmware-offer', { firmware: 'uefi-x64' })
    await step('start-conf')
    const [boot, ...others] = await listBoots(database.db)
    expect(others).toEqual([])
    expect(boot).toMatchObject({
      hostname: 'pc01',
      mac: pc.mac,
      firmware: 'uefi-x64',
      state: 'linbo',
    })
    expect(boot?.steps.map((one) => one.step)).toEqual(['firmware-offer', 'start-conf'])
  })

  it('finds the host of an address', async () => {
    await step('boot-file', { host: null, mac: null })
    expect((await listBoots(database.db))[0]).toMatchObject({ hostname: 'pc01', mac: pc.mac })
  })

  it('keeps the attempt of a machine that is no host', async () => {
    await step('firmware-offer', { host: null, mac: '52:54:00:00:00:99', ip: '10.0.0.99' })
    expect((await listBoots(database.db))[0]).toMatchObject({ hostname: null, ip: '10.0.0.99' })
    expect(changes).toEqual([])
  })

  it('calls a boot stalled that has been quiet for too long', async () => {
    await step('boot-file')
    clock.advance(100_000)
    await recorder.settled()
    expect((await listBoots(database.db))[0]?.state).toBe('stalled')
  })

  it('does not call a boot stalled while a file is being transferred', async () => {
    await step('kernel')
    const transfer = 't1'
    const file = { via: 'tftp', direction: 'down', file: 'linbofs64', sizeBytes: 100 } as const
    await tell('transfer.started', { ...pc, ...file, transfer })
    clock.advance(40_000)
    await tell('transfer.progress', { transfer, bytes: 10, sizeBytes: 100, bytesPerSecond: 1 })
    clock.advance(30_000)
    await recorder.settled()
    expect((await listBoots(database.db))[0]?.state).toBe('booting')
  })

  it('keeps the files of a boot, with what had to be sent again, and says that packets get lost', async () => {
    for (const name of ['firmware-discover', 'firmware-offer', 'boot-file'] as const) {
      await step(name)
    }
    const file = { via: 'tftp', direction: 'down', file: 'linbofs64', sizeBytes: 9000 } as const
    await tell('transfer.started', { ...pc, ...file, transfer: 't1' })
    const end = { transfer: 't1', result: 'ok', bytes: 9000, ms: 700, reason: null } as const
    await tell('transfer.finished', { ...end, retries: 12 })
    await tell('transfer.started', { ...pc, ...file, transfer: 't2', file: 'images/a/a.qcow2' })
    for (const name of ['initramfs', 'start-conf', 'ready'] as const) await step(name)
    const [boot] = await listBoots(database.db)
    expect(boot?.files).toMatchObject([{ file: 'linbofs64', bytes: 9000, ms: 700, retries: 12 }])
    expect(boot?.verdict).toMatchObject({ code: 'packet-loss', facts: { retries: 12 } })
    expect(verdicts).toEqual(['booting packet-loss', 'linbo packet-loss'])
  })

  it('says why a boot stopped, and takes it back when the machine goes on', async () => {
    await step('kernel', { ok: false, cause: 'file-missing', about: 'linbo64' })
    await step('kernel')
    expect(verdicts).toEqual(['booting file-missing', 'booting null'])
  })

  it('compares a boot with the earlier ones of its room', async () => {
    const boot = async (seconds: number) => {
      await step('linbo-discover')
      clock.advance(seconds * 1000)
      for (const name of ['linbo-ack', 'start-conf', 'ready'] as const) await step(name)
      clock.advance(3_600_000)
    }
    for (const seconds of [2, 3, 2, 80]) await boot(seconds)
    const [slow, usual] = await listBoots(database.db)
    expect(slow?.verdict).toMatchObject({ code: 'slow', facts: { phase: 'address' } })
    expect(usual?.verdict).toBeNull()
  })

  it('takes a connection of ours for the end of the boot', async () => {
    await step('start-conf')
    await tell('host.seen', { ...pc, by: 'ssh' })
    await recorder.settled()
    const [boot] = await listBoots(database.db)
    expect(boot?.steps.map((one) => one.step)).toEqual(['start-conf', 'ready'])
  })

  it('forgets what is older than thirty days', async () => {
    await step('start-conf')
    clock.advance(31 * 24 * 3_600_000)
    await recorder.settled()
    expect(await listBoots(database.db)).toEqual([])
  })
})

describe('transfers', () => {
  const file = {
    via: 'rsync',
    direction: 'down',
    file: 'images/a/a.qcow2',
    sizeBytes: 100,
  } as const

  it('stores beginning and end', async () => {
    await tell('transfer.started', { ...pc, ...file, transfer: 't1' })
    expect(await listTransfers(database.db, { running: true })).toHaveLength(1)
    clock.advance(500)
    const end = { transfer: 't1', result: 'ok', bytes: 100, ms: 500, reason: null } as const
    await tell('transfer.finished', end)
    expect((await listTransfers(database.db))[0]).toMatchObject({
      hostname: 'pc01',
      bytes: 100,
      size_bytes: 100,
      result: 'ok',
      file: file.file,
    })
  })

  it('ends a transfer whose service says nothing any more', async () => {
    await tell('transfer.started', { ...pc, ...file, transfer: 't1' })
    clock.advance(11 * 60_000)
    await recorder.settled()
    expect((await listTransfers(database.db))[0]?.result).toBe('aborted')
  })

  it('goes on with transfers that began under another recorder', async () => {
    await tell('transfer.started', { ...pc, ...file, transfer: 't1' })
    await recorder.stop()
    recorder = create()
    await recorder.start()
    await tell('transfer.finished', {
      transfer: 't1',
      result: 'failed',
      bytes: 5,
      ms: 1,
      reason: 'cut',
    })
    expect((await listTransfers(database.db))[0]).toMatchObject({ result: 'failed', reason: 'cut' })
  })
})

describe('host status', () => {
  it('goes from booting to linbo, and is told once per change', async () => {
    for (const name of ['firmware-offer', 'firmware-ack', 'kernel', 'start-conf', 'log'] as const) {
      await step(name)
    }
    expect(changes).toEqual(['booting', 'linbo'])
    expect(await statusOf('pc01')).toMatchObject({ status: 'linbo', ip: pc.ip })
  })

  it('is booting again when a host in linbo starts anew', async () => {
    await step('start-conf')
    clock.advance(120_000)
    await step('firmware-offer')
    expect(changes).toEqual(['linbo', 'booting'])
  })

  it('is linbo for a host that speaks rsync though nobody saw it boot', async () => {
    await tell('host.seen', { ...pc, by: 'rsync' })
    expect(changes).toEqual(['linbo'])
  })

  it('does not take a DHCP request for a sign of LINBO', async () => {
    await tell('host.seen', { ...pc, by: 'dhcp' })
    expect(changes).toEqual([])
  })

  const done = (operation: string) =>
    tell('operation.step', {
      operation,
      host: 'pc01',
      phase: 'done',
      command: 0,
      commands: 1,
      text: '',
      percent: null,
    })
  const operation = (id: string, commands: string, options: object = { when: 'now' }) =>
    createOperation(database.db, {
      id,
      commands,
      options: { ...options },
      createdBy: 'admin',
      hosts: ['pc01'],
    })

  it.each([
    ['start:2', 'os Ubuntu'],
    ['start:1', 'os'],
    ['sync:1,reboot', 'booting'],
    ['halt', 'off'],
  ])('after %s is %s', async (commands, expected) => {
    await step('start-conf')
    await operation('op1', commands)
    await done('op1')
    expect(changes).toEqual(['linbo', expected])
    await recorder.settled()
    const [boot] = await listBoots(database.db)
    expect(boot?.steps.at(-1)?.step).toBe(expected.startsWith('os') ? 'os' : 'start-conf')
  })

  it('stays linbo when the commands only wait for the next boot', async () => {
    await step('start-conf')
    await operation('op1', 'halt', { when: 'next-boot' })
    await done('op1')
    expect(changes).toEqual(['linbo'])
  })

  it('becomes unknown when a boot never arrives', async () => {
    await step('firmware-offer')
    clock.advance(11 * 60_000)
    await recorder.settled()
    expect(changes).toEqual(['booting', 'unknown'])
    expect(await statusOf('pc01')).toBeUndefined()
  })
})

describe('several API processes', () => {
  it('have one recorder, and another takes over when it is gone', async () => {
    const second = create()
    await second.start()
    expect([recorder.isRecording(), second.isRecording()]).toEqual([true, false])
    await step('firmware-offer')
    // The first one dies without a word: its lock runs out, and what happens meanwhile is replayed.
    const silent = recorder
    bus.publish('boot.step', { ...pc, step: 'kernel', ok: true, detail: 'kernel' })
    await silent.stop()
    bus.publish('boot.step', { ...pc, step: 'start-conf', ok: true, detail: 'start.conf.lab' })
    await goOnUntil(lockMs, () => second.isRecording())
    recorder = second
    await recorder.settled()
    const boots = await listBoots(database.db)
    expect(boots).toHaveLength(1)
    expect(boots[0]?.steps.map((one) => one.step)).toEqual([
      'firmware-offer',
      'kernel',
      'start-conf',
    ])
  })

  it('stops recording when another process holds the lock', async () => {
    await bus.state.delete('recorder')
    await bus.state.acquire('recorder', 'somebody else', 60_000)
    await goOnUntil(3000, () => !recorder.isRecording())
  })
})

it('aborts nothing that another recorder left running', async () => {
  const row = {
    id: 't9',
    via: 'tftp',
    direction: 'down',
    hostname: null,
    ip: null,
    file: 'linbo64',
    size_bytes: 1,
    bytes: 0,
    result: null,
    reason: null,
    retries: null,
    started_at: new Date(clock.now()),
    finished_at: null,
  }
  await recorder.stop()
  await saveTransfers(database.db, [row])
  recorder = create()
  await recorder.start()
  await recorder.settled()
  expect(await listTransfers(database.db, { running: true })).toHaveLength(1)
})
