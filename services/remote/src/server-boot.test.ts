import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { listOperationHosts } from '@linbo/db'
import { startFakeClient } from '@linbo/ssh/fake-client'
import { describe, expect, it } from 'vitest'
import {
  addHost,
  database,
  dir,
  finished,
  hostRow,
  machine,
  machines,
  remote,
  submit,
  until,
  woken,
} from './testing.ts'

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
