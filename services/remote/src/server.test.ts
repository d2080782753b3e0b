import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bus, type BusEvent, createMemoryBus, type Events, type EventType } from '@linbo/bus'
import { load, settingsTable, suite } from '@linbo/config'
import {
  changeOperation,
  claimOperation,
  createOperation,
  type Database,
  findKnownKey,
  findOperation,
  listOperationHosts,
  openDatabase,
  readOutput,
  saveHost,
  saveLease,
} from '@linbo/db'
import { silentLog } from '@linbo/log'
import type { Service } from '@linbo/runtime'
import { type FakeClient, type FakeCommand, startFakeClient } from '@linbo/ssh/fake-client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { schema } from './config.ts'
import { createRemoteService, type RemoteParts } from './server.ts'

let database: Database
let dir = ''
let bus: Bus
let events: BusEvent[] = []
let woken: { mac: string; ip: string | null; broadcast: boolean }[] = []
const services: Service[] = []
const machines: FakeClient[] = []
let counter = 0

beforeAll(async () => {
  database = await openDatabase({ url: undefined, dataDir: 'memory' })
})
afterAll(() => database.close())
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'linbo-remote-'))
  bus = createMemoryBus()
  events = []
  woken = []
  await bus.subscribe((event) => events.push(event))
  await database.db.deleteFrom('operations').execute()
})
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()))
  await Promise.all(machines.splice(0).map((machine) => machine.close()))
  await bus.close()
  await rm(dir, { recursive: true })
})

/** Shortened times; every machine of a test listens on the same port of its own loopback address. */
function remote(changes: Partial<RemoteParts['config']> = {}, embedded = true): Service {
  const values = load({ ...suite(dir), ...schema }, { LINBO_DATA_DIR: dir }).values
  const service = createRemoteService({
    config: {
      ...values,
      LINBO_CLIENT_SSH_PORT: machines[0]?.port ?? 1,
      LINBO_REMOTE_PAUSE_SECONDS: 0.01,
      LINBO_REMOTE_RETRY_SECONDS: 0.05,
      LINBO_REMOTE_ENDING_SECONDS: 0.2,
      LINBO_REMOTE_CONNECT_SECONDS: 3,
      ...changes,
    },
    db: database.db,
    embedded,
    bus,
    log: silentLog,
    waker: {
      wake: async (host, broadcast) => void woken.push({ ...host, broadcast }),
      close: async () => {},
    },
  })
  services.push(service)
  return service
}

/** A machine in LINBO: answers what every operation asks, and leaves the commands to the test. */
async function machine(
  onCommand: (command: FakeCommand) => void = (command) => command.exit(0),
): Promise<{ hostname: string; lines: string[]; fake: FakeClient }> {
  counter += 1
  const hostname = `pc${counter}`
  const ip = `127.78.1.${counter}`
  const fake = await startFakeClient({
    address: ip,
    ...(machines[0] ? { port: machines[0].port } : {}),
    onCommand: (command) => {
      const small = /^(\/bin\/ls \/start\.conf|gui_ctl |rm -f |sh -c )/.test(command.line)
      if (small) command.exit(0)
      else onCommand(command)
    },
  })
  machines.push(fake)
  await addHost(hostname, ip)
  return { hostname, lines: fake.lines, fake }
}

async function addHost(hostname: string, ip: string | null): Promise<string> {
  counter += 1
  const mac = `02:00:00:00:00:${counter.toString(16).padStart(2, '0')}`
  await saveHost(database.db, { hostname, mac, ip, group: 'lab', room: 'r1' })
  return mac
}

async function submit(
  hosts: string[],
  commands: string,
  options: Record<string, unknown> = { when: 'now' },
): Promise<string> {
  const id = `op${++counter}`
  await createOperation(database.db, { id, commands, options, createdBy: 'test', hosts })
  bus.publish('operation.queued', { operation: id })
  return id
}

function seen<T extends EventType>(type: T): ({ id: number; at: string; type: T } & Events[T])[] {
  return events.filter((event) => event.type === type) as never
}

/** Resolves when an event comes that fits, or came already. */
async function until<T extends EventType>(
  type: T,
  fits: (event: Events[T]) => boolean,
): Promise<Events[T]> {
  return new Promise((resolve) => {
    const past = seen(type).find(fits)
    if (past) return resolve(past)
    void bus.subscribe((event) => {
      if (event.type === type && fits(event as never)) resolve(event as never)
    })
  })
}

const finished = (id: string) => until('operation.finished', (event) => event.operation === id)

async function hostRow(id: string) {
  const [row] = await listOperationHosts(database.db, [id])
  return row!
}

describe('commands now', () => {
  it('runs the commands in order between hiding and restoring the GUI, and streams what they print', async () => {
    const pc = await machine((command) => {
      if (command.line.includes('sync:1')) {
        command.print('### 20261120-115409 linbo_wrapper sync:1 ###\nSyncing TinyLinux ...\n')
        command.print('    (12.10/100%)\r    (100.00/100%)\r')
      }
      command.exit(0)
    })
    await remote().start()
    const id = await submit([pc.hostname], 'initcache,sync:1')
    expect(await finished(id)).toMatchObject({ state: 'done', failed: [] })
    expect(pc.lines).toEqual([
      '/bin/ls /start.conf',
      'gui_ctl disable',
      'linbo_wrapper initcache',
      'linbo_wrapper sync:1',
      'gui_ctl restore',
    ])
    expect(seen('operation.started')[0]).toMatchObject({
      operation: id,
      commands: 'initcache,sync:1',
      hosts: [pc.hostname],
      by: 'test',
    })
    const steps = seen('operation.step')
    expect(steps.map((one) => one.phase)).toContain('connecting')
    expect(steps.find((one) => one.text === 'sync:1')).toMatchObject({ command: 1, commands: 2 })
    expect(steps.some((one) => one.text === 'Syncing TinyLinux ...')).toBe(true)
    expect(steps.at(-1)).toMatchObject({ phase: 'done', text: 'Done.' })
    expect(seen('host.seen')[0]).toMatchObject({ host: pc.hostname, by: 'ssh' })
    const output = await readOutput(database.db, id)
    expect(output.map((row) => row.text).join('')).toContain(
      '    (12.10/100%)\r    (100.00/100%)\r',
    )
    expect(output.map((row) => row.seq)).toEqual(output.map((_, index) => index + 1))
    const published = seen('operation.output').map(({ seq, text }) => ({ seq, text }))
    expect(published).toEqual(output.map(({ seq, text }) => ({ seq, text })))
    expect(await hostRow(id)).toMatchObject({ phase: 'done', reason: null, exit_code: 0 })
    expect(await findKnownKey(database.db, pc.hostname)).toBe(pc.fake.fingerprint)
    expect((await findOperation(database.db, id))?.state).toBe('done')
    await expect.poll(() => pc.fake.connections()).toBe(0)
  })

  it('stops at the first command that fails, restores the GUI, and says what LINBO said', async () => {
    const pc = await machine((command) => {
      if (!command.line.includes('partition')) return command.exit(0)
      command.print('Failed to partition /dev/sda! Wrong size.\n')
      command.exit(1)
    })
    await remote().start()
    const id = await submit([pc.hostname], 'partition,sync:1')
    expect(await finished(id)).toMatchObject({ state: 'failed', failed: [pc.hostname] })
    expect(pc.lines.at(-1)).toBe('gui_ctl restore')
    expect(pc.lines).not.toContain('linbo_wrapper sync:1')
    const reason = 'partition ended with exit code 1: Failed to partition /dev/sda! Wrong size.'
    expect(await hostRow(id)).toMatchObject({ phase: 'failed', reason, exit_code: 1 })
  })

  it('counts start as done when the connection hangs afterwards, and leaves it open for a while', async () => {
    const pc = await machine((command) => {
      if (command.line.includes('start:1')) command.print('Starting TinyLinux ...\n')
      else command.exit(0)
    })
    await remote().start()
    const id = await submit([pc.hostname], 'sync:1,start:1')
    expect(await finished(id)).toMatchObject({ state: 'done' })
    expect(pc.lines.at(-1)).toBe('linbo_wrapper start:1')
    expect(pc.fake.connections()).toBe(1)
    await services[0]?.stop()
    await expect.poll(() => pc.fake.connections()).toBe(0)
  })

  it('counts reboot as done when the connection is lost, but a start that ends with 1 as failed', async () => {
    const gone = await machine((command) => command.vanish())
    const broken = await machine((command) => {
      command.print('Unable to mount operating system partition /dev/sda2.\n')
      command.exit(1)
    })
    await remote().start()
    expect(await finished(await submit([gone.hostname], 'reboot'))).toMatchObject({ state: 'done' })
    const id = await submit([broken.hostname], 'start:1')
    expect(await finished(id)).toMatchObject({ state: 'failed' })
    expect((await hostRow(id)).reason).toContain('Unable to mount operating system partition')
    expect(broken.lines.at(-1)).toBe('gui_ctl restore')
  })

  it('fails a host that vanishes during a command, and cleans up when it comes back', async () => {
    const pc = await machine((command) => command.vanish())
    await remote().start()
    const id = await submit([pc.hostname], 'sync:1')
    await finished(id)
    expect((await hostRow(id)).reason).toContain('the connection was lost during sync:1')
    expect(pc.lines.at(-1)).toBe('gui_ctl restore')
  })

  it('fails a command that hangs, after the silence it is allowed', async () => {
    const pc = await machine(() => {})
    await remote({ LINBO_REMOTE_SILENCE_SECONDS: 0.1 }).start()
    const id = await submit([pc.hostname], 'sync:1')
    await finished(id)
    expect((await hostRow(id)).reason).toContain('LINBO_REMOTE_SILENCE_SECONDS')
    expect(pc.lines.some((line) => line.includes('kill -TERM'))).toBe(true)
    expect(pc.lines.at(-1)).toBe('gui_ctl restore')
  })

  it('ends a host that takes longer than it may', async () => {
    let running: FakeCommand | undefined
    const pc = await machine((command) => {
      running = command
      const timer = setInterval(() => command.print('.'), 20)
      void command.closed.then(() => clearInterval(timer))
    })
    await remote({ LINBO_REMOTE_HOST_SECONDS: 0.3 }).start()
    const id = await submit([pc.hostname], 'sync:1')
    await expect.poll(() => pc.lines.some((line) => line.includes('kill -TERM'))).toBe(true)
    running?.killed('TERM')
    await finished(id)
    expect(await hostRow(id)).toMatchObject({
      phase: 'failed',
      reason: expect.stringMatching(/longer/),
    })
  })

  it('skips hosts that are off, and says so, while the others go on', async () => {
    const pc = await machine()
    await addHost('off', '127.78.9.9')
    await remote().start()
    const id = await submit([pc.hostname, 'off'], 'sync:1')
    expect(await finished(id)).toMatchObject({ state: 'failed', failed: ['off'] })
    const rows = await listOperationHosts(database.db, [id])
    expect(rows.find((row) => row.hostname === 'off')).toMatchObject({
      phase: 'offline',
      reason: 'Not online, host skipped.',
    })
    expect(rows.find((row) => row.hostname === pc.hostname)?.phase).toBe('done')
  })

  it('takes the address of a pool host from its lease, and names a host that has none', async () => {
    const pc = await machine()
    const ip = `127.78.1.${pc.hostname.slice(2)}`
    const mac = await addHost('pool', null)
    await addHost('nowhere', null)
    await saveLease(database.db, {
      mac,
      ip,
      hostname: 'pool',
      expires_at: new Date(Date.now() + 60_000),
    })
    await remote().start()
    expect(await finished(await submit(['pool'], 'label'))).toMatchObject({ state: 'done' })
    const id = await submit(['nowhere'], 'label')
    await finished(id)
    expect(await hostRow(id)).toMatchObject({
      phase: 'failed',
      reason: expect.stringContaining('has no address'),
    })
  })

  it('refuses what cannot be done, for every host, without connecting', async () => {
    const pc = await machine()
    await remote().start()
    const id = await submit([pc.hostname], 'poweroff')
    expect(await finished(id)).toMatchObject({ state: 'failed' })
    expect((await hostRow(id)).reason).toContain('"poweroff" is not a command')
    expect(pc.lines).toEqual([])
  })

  it('runs no more clients at once than it may', async () => {
    let now = 0
    let most = 0
    const slow = (command: FakeCommand) => {
      most = Math.max(most, ++now)
      setTimeout(() => {
        now -= 1
        command.exit(0)
      }, 30)
    }
    const names: string[] = []
    for (let count = 0; count < 5; count++) names.push((await machine(slow)).hostname)
    await remote({ LINBO_REMOTE_PARALLEL: 2 }).start()
    expect(await finished(await submit(names, 'label'))).toMatchObject({ state: 'done' })
    expect(most).toBe(2)
    expect(seen('operation.step').some((one) => one.text.includes('LINBO_REMOTE_PARALLEL'))).toBe(
      true,
    )
  })

  it('keeps two operations off the same host', async () => {
    let release = () => {}
    const pc = await machine((command) => {
      if (command.line.includes('sync')) release = () => command.exit(0)
      else command.exit(0)
    })
    await remote().start()
    const first = await submit([pc.hostname], 'sync:1')
    await until('operation.step', (event) => event.text === 'sync:1')
    const second = await submit([pc.hostname], 'label')
    await until('operation.step', (event) => event.text === 'Another operation runs on this host.')
    await expect.poll(() => pc.lines).toContain('linbo_wrapper sync:1')
    release()
    expect(await finished(first)).toMatchObject({ state: 'done' })
    expect(await finished(second)).toMatchObject({ state: 'done' })
    expect(pc.lines.indexOf('linbo_wrapper label')).toBeGreaterThan(
      pc.lines.indexOf('gui_ctl restore'),
    )
  })

  it('cuts endless output and says so once', async () => {
    const pc = await machine((command) => {
      command.print(`${'ä'.repeat(400)}\n`.repeat(10))
      command.exit(0)
    })
    await remote({ LINBO_REMOTE_OUTPUT_KB: 1 }).start()
    const id = await submit([pc.hostname], 'label')
    await finished(id)
    const text = (await readOutput(database.db, id)).map((row) => row.text).join('')
    expect(Buffer.byteLength(text)).toBeLessThan(1200)
    expect(text.match(/output cut here/g)).toHaveLength(1)
    expect(text).not.toContain('\ufffd')
  })

  it('stores bytes no database takes', async () => {
    const pc = await machine((command) => {
      command.print(Uint8Array.of(0x61, 0, 0xff, 0x62))
      command.exit(0)
    })
    await remote().start()
    const id = await submit([pc.hostname], 'label')
    await finished(id)
    const text = (await readOutput(database.db, id)).map((row) => row.text).join('')
    expect(text).toBe('a\u2400\ufffdb')
  })
})

describe('uploads', () => {
  const upload = (host: string, file: string, result: 'ok' | 'failed') => {
    const transfer = `${file}-${++counter}`
    const about = {
      host,
      mac: null,
      ip: null,
      via: 'rsync',
      direction: 'up',
      sizeBytes: 1,
    } as const
    bus.publish('transfer.started', { ...about, transfer, file })
    const reason = result === 'ok' ? null : 'the connection broke'
    bus.publish('transfer.finished', { transfer, result, bytes: 1, ms: 1, reason })
  }

  it('gives the client the password only while it uploads, and believes the gateway', async () => {
    let secrets = ''
    const pc = await machine()
    const spy = await startFakeClient({
      address: '127.78.2.1',
      port: pc.fake.port,
      onCommand: (command) => {
        if (command.line.startsWith('sh -c')) {
          void command.input.then((text) => {
            secrets = text
            command.exit(0)
          })
          return
        }
        if (command.line.includes('upload')) upload('writer', 'images/tiny/tiny.qcow2', 'ok')
        command.exit(0)
      },
    })
    machines.push(spy)
    await addHost('writer', '127.78.2.1')
    await remote().start()
    const id = await submit(['writer'], 'create_image:1:"new, better",upload_image:1,halt')
    expect(await finished(id)).toMatchObject({ state: 'done' })
    const password = (await readFile(join(dir, 'rsyncd.secrets'), 'utf8')).trim()
    expect(secrets.trim()).toBe(password)
    expect(spy.lines.slice(2)).toEqual([
      "linbo_wrapper 'create_image:1:new, better'",
      "sh -c 'umask 077; cat > /tmp/rsyncd.secrets'",
      'linbo_wrapper upload_image:1',
      'rm -f /tmp/rsyncd.secrets',
      'linbo_wrapper halt',
    ])
    expect(JSON.stringify(events)).not.toContain(password.slice('linbo:'.length))
  })

  it('fails an upload LINBO calls successful when the gateway saw it fail', async () => {
    const pc = await machine((command) => {
      upload(pc.hostname, 'images/tiny/tiny.qcow2', 'failed')
      command.print('Successfully uploaded tiny.qcow2 to 10.20.30.1.\n')
      command.exit(0)
    })
    await remote().start()
    const id = await submit([pc.hostname], 'upload_image:1')
    await finished(id)
    expect((await hostRow(id)).reason).toBe(
      'upload_image:1 failed: images/tiny/tiny.qcow2: the connection broke',
    )
    expect(pc.lines).toContain('rm -f /tmp/rsyncd.secrets')
  })

  it('fails an upload the gateway never saw, and one rsync complains about', async () => {
    const silent = await machine()
    const refused = await machine((command) => {
      command.print('@ERROR: auth failed on module linbo-upload\nDone.\n')
      command.exit(0)
    })
    await remote().start()
    const first = await submit([silent.hostname], 'upload_image:1')
    const second = await submit([refused.hostname], 'upload_qdiff:1')
    await Promise.all([finished(first), finished(second)])
    expect((await hostRow(first)).reason).toContain('has not received a whole image')
    expect((await hostRow(second)).reason).toContain('@ERROR: auth failed')
  })
})

describe('cancelling', () => {
  it('ends what runs, restores the GUI, and marks the host cancelled', async () => {
    let running: FakeCommand | undefined
    const pc = await machine((command) => {
      running = command
      command.print('Syncing ... please wait ...\n')
    })
    await remote().start()
    const id = await submit([pc.hostname], 'sync:1,start:1')
    await until('operation.output', () => true)
    bus.publish('operation.cancel', { operation: id })
    await expect.poll(() => pc.lines.some((line) => line.includes('kill -TERM'))).toBe(true)
    running?.killed('TERM')
    expect(await finished(id)).toMatchObject({ state: 'cancelled', failed: [pc.hostname] })
    expect(pc.lines.at(-1)).toBe('gui_ctl restore')
    expect(await hostRow(id)).toMatchObject({ phase: 'cancelled', reason: 'cancelled' })
  })

  it('cancels an operation nobody runs yet, with its hosts', async () => {
    await addHost('queued', '127.78.9.8')
    const id = `op${++counter}`
    const options = { when: 'now' }
    await createOperation(database.db, {
      id,
      commands: 'label',
      options,
      createdBy: 'test',
      hosts: ['queued'],
    })
    await changeOperation(database.db, id, { cancel_requested: true })
    await remote().start()
    expect(await finished(id)).toEqual(
      expect.objectContaining({ state: 'cancelled', failed: ['queued'] }),
    )
    expect((await hostRow(id)).phase).toBe('cancelled')
  })

  it('sees a request in the database when the news of it got lost', async () => {
    const pc = await machine((command) => void command.closed.then(() => {}))
    await addHost('sleeper', '127.78.9.7')
    await remote().start()
    const wake = { waitSeconds: 600, betweenSeconds: 0, broadcast: false }
    const id = await submit(['sleeper'], 'label', { when: 'now', wake })
    await until('operation.step', (event) => event.phase === 'booting')
    await changeOperation(database.db, id, { cancel_requested: true })
    expect(await finished(id)).toMatchObject({ state: 'cancelled' })
    expect(pc.lines).toEqual([])
  })
})

describe('waking', () => {
  const wake = { waitSeconds: 10, betweenSeconds: 0, broadcast: true }

  it('wakes a machine, waits for LINBO, then runs the commands', async () => {
    const first = await machine()
    await remote().start()
    await addHost('late', '127.78.3.1')
    const id = await submit(['late'], 'sync:1', { when: 'now', wake })
    await until('operation.step', (event) => event.host === 'late' && event.phase === 'booting')
    expect(woken).toEqual([{ mac: expect.any(String), ip: '127.78.3.1', broadcast: true }])
    const late = await startFakeClient({
      address: '127.78.3.1',
      port: first.fake.port,
      onCommand: (command) => command.exit(0),
    })
    machines.push(late)
    expect(await finished(id)).toMatchObject({ state: 'done' })
    expect(late.lines).toContain('linbo_wrapper sync:1')
  })

  it('reports who answered when there is nothing else to do', async () => {
    const pc = await machine()
    const system = await startFakeClient({
      address: '127.78.3.2',
      port: pc.fake.port,
      onCommand: (command) => command.exit(1),
    })
    machines.push(system)
    await addHost('linux', '127.78.3.2')
    await addHost('asleep', '127.78.3.3')
    await remote().start()
    const short = { waitSeconds: 0.3, betweenSeconds: 0.01, broadcast: false }
    const id = await submit([pc.hostname, 'linux', 'asleep'], '', { when: 'now', wake: short })
    expect(await finished(id)).toMatchObject({ state: 'failed', failed: ['asleep', 'linux'] })
    const rows = await listOperationHosts(database.db, [id])
    expect(rows.map(({ hostname, phase, reason }) => ({ hostname, phase, reason }))).toEqual([
      { hostname: 'asleep', phase: 'offline', reason: 'Not online!' },
      {
        hostname: 'linux',
        phase: 'offline',
        reason: 'Not online! Something answers, but it is not LINBO.',
      },
      { hostname: pc.hostname, phase: 'done', reason: null },
    ])
    expect(rows[2]?.text).toBe('Online!')
    expect(woken).toHaveLength(3)
  })
})

describe('commands for the next boot', () => {
  it('writes the command file so that only the rsync daemon can read it', async () => {
    await addHost('next', '127.78.4.1')
    await remote().start()
    const options = { when: 'next-boot', noauto: true, disableGui: true }
    const id = await submit(['next'], 'sync:1,start:1', options)
    expect(await finished(id)).toMatchObject({ state: 'done' })
    const path = join(dir, 'srv', 'linbo', 'linbocmd', 'next.cmd')
    expect(await readFile(path, 'utf8')).toBe('sync:1,start:1,noauto,disablegui\n')
    const { mode, uid } = await stat(path)
    expect(mode & 0o777).toBe(0o640)
    if (process.getuid?.() === 0) expect(uid).toBe(65534)
    expect((await hostRow(id)).text).toBe('Waits for the next boot.')
  })

  it('reboots a machine that is in LINBO, and is done when it has taken its file', async () => {
    const pc = await machine((command) => {
      if (command.line === '/sbin/reboot') command.vanish()
    })
    await remote().start()
    const wake = { waitSeconds: 30, betweenSeconds: 0, broadcast: false }
    const id = await submit([pc.hostname], 'label', { when: 'next-boot', wake })
    await until('operation.step', (event) => event.text.startsWith('Client is already online'))
    await until('operation.step', (event) => event.phase === 'booting')
    await rm(join(dir, 'srv', 'linbo', 'linbocmd', `${pc.hostname}.cmd`))
    expect(await finished(id)).toMatchObject({ state: 'done' })
    expect((await hostRow(id)).text).toBe('Ok!')
    expect(woken).toEqual([])
  })

  it('wakes a machine that is off, and takes the file back when it did not come', async () => {
    await addHost('never', '127.78.4.2')
    await remote().start()
    const wake = { waitSeconds: 0.2, betweenSeconds: 0, broadcast: false }
    const id = await submit(['never'], 'label', { when: 'next-boot', wake })
    expect(await finished(id)).toMatchObject({ state: 'failed', failed: ['never'] })
    expect((await hostRow(id)).reason).toBe('Not done, host skipped!')
    expect(woken).toHaveLength(1)
    const path = join(dir, 'srv', 'linbo', 'linbocmd', 'never.cmd')
    await expect.poll(() => stat(path).catch((error) => error.code)).toBe('ENOENT')
  })
})

describe('several workers and restarts', () => {
  it('marks what a killed server left as interrupted, and says so', async () => {
    const pc = await machine()
    const id = `op${++counter}`
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
    const id = `op${++counter}`
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
        id: `op${++counter}`,
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
