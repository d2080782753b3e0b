import { findKnownKey, findOperation, listOperationHosts, readOutput, saveLease } from '@linbo/db'
import type { FakeCommand } from '@linbo/ssh/fake-client'
import { describe, expect, it } from 'vitest'
import {
  addHost,
  database,
  finished,
  hostRow,
  machine,
  remote,
  seen,
  services,
  submit,
  until,
} from './testing.ts'

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
