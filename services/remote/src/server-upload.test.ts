import { changeOperation, createOperation } from '@linbo/db'
import { readUploadPassword } from '@linbo/ssh'
import { type FakeCommand, startFakeClient } from '@linbo/ssh/fake-client'
import { describe, expect, it } from 'vitest'
import {
  addHost,
  bus,
  database,
  dir,
  events,
  finished,
  hostRow,
  machine,
  machines,
  remote,
  submit,
  unique,
  until,
} from './testing.ts'

describe('uploads', () => {
  const upload = (host: string, file: string, result: 'ok' | 'failed') => {
    const transfer = `${file}-${unique()}`
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
    const { password } = await readUploadPassword(dir)
    expect(secrets.trim()).toBe(`linbo:${password}`)
    expect(spy.lines.slice(2)).toEqual([
      "linbo_wrapper 'create_image:1:new, better'",
      "sh -c 'umask 077; cat > /tmp/rsyncd.secrets'",
      'linbo_wrapper upload_image:1',
      'rm -f /tmp/rsyncd.secrets',
      'linbo_wrapper halt',
    ])
    expect(JSON.stringify(events)).not.toContain(password)
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
    const id = `op${unique()}`
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
