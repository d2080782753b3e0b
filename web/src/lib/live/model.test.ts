import type { BusEvent } from '@linbo/bus'
import { describe, expect, it } from 'vitest'
import type { Host, Operation } from '../resources.ts'
import { activityOf, whoIsBusy } from './activity.ts'
import { apply, emptyModel, type Model, nothingTouched, type Touched } from './model.ts'

const at = '2026-03-01T08:00:00.000Z'

function host(hostname: string): Host {
  const identity = { mac: '52:54:00:00:00:01', ip: '10.0.0.1', group: 'win11', room: 'r101' }
  const rest = { school: 'default-school', pxe: 1, role: 'classroom-studentcomputer', comment: '' }
  return { hostname, ...identity, ...rest, status: 'off', os: null, statusAt: null, boot: null }
}

function operation(id: string, hosts: string[]): Operation {
  return {
    id,
    state: 'queued',
    commands: 'sync:1,start:1',
    options: { when: 'now' },
    createdBy: 'admin',
    createdAt: at,
    startedAt: null,
    finishedAt: null,
    hosts: hosts.map((hostname) => ({
      hostname,
      phase: 'waiting',
      command: null,
      percent: null,
      text: '',
      reason: null,
      exitCode: null,
      startedAt: null,
      finishedAt: null,
    })),
  }
}

let number = 0
function play(model: Model, ...events: object[]): Touched {
  const touched = nothingTouched()
  for (const event of events) {
    number += 1
    apply(model, { id: number, at, ...event } as BusEvent, touched)
  }
  return touched
}

function world(): Model {
  const model = emptyModel()
  model.hosts.set('pc01', host('pc01'))
  model.hosts.set('pc02', host('pc02'))
  return model
}

const pc01 = { host: 'pc01', mac: '52:54:00:00:00:01', ip: '10.0.0.1' }

describe('hosts', () => {
  it('take the verdict on their boot, and lose it with the next boot', () => {
    const model = world()
    const step = { type: 'boot.step', ...pc01, ok: true, detail: '' }
    const facts = { machine: 'pc01' }
    const verdict = { code: 'linux-silent', severity: 'error', facts }
    play(model, { ...step, step: 'initramfs' })
    play(model, { type: 'boot.verdict', ...pc01, boot: 'b7', state: 'stalled', verdict })
    expect(model.hosts.get('pc01')?.boot).toMatchObject({
      ...{ id: 'b7', state: 'stalled', step: 'initramfs' },
      verdict,
    })
    play(model, { ...step, step: 'firmware-discover' })
    expect(model.hosts.get('pc01')?.boot).toMatchObject({ state: 'booting', verdict: null })
  })

  it('take the status that was announced and touch nobody else', () => {
    const model = world()
    const untouched = model.hosts.get('pc02')
    const touched = play(model, { type: 'host.status', ...pc01, status: 'os', os: 'Windows 11' })
    expect(model.hosts.get('pc01')).toMatchObject({ status: 'os', os: 'Windows 11', statusAt: at })
    expect([...touched.hosts]).toEqual(['pc01'])
    expect(model.hosts.get('pc02')).toBe(untouched)
  })

  it('ask for a reload when an event names one we do not know', () => {
    const touched = play(world(), {
      type: 'host.status',
      ...pc01,
      host: 'new',
      status: 'off',
      os: null,
    })
    expect(touched.reloadHosts).toBe(true)
  })

  it('follow a boot from the first packet to LINBO', () => {
    const model = world()
    play(
      model,
      { type: 'boot.step', ...pc01, step: 'firmware-offer', ok: true, detail: 'PXE' },
      { type: 'boot.step', ...pc01, step: 'kernel', ok: true, detail: 'linbo64' },
    )
    expect(model.hosts.get('pc01')?.boot).toMatchObject({ state: 'booting', step: 'kernel' })
    const first = model.hosts.get('pc01')?.boot?.id
    play(model, { type: 'boot.step', ...pc01, step: 'ready', ok: true, detail: '' })
    expect(model.hosts.get('pc01')?.boot).toMatchObject({
      state: 'linbo',
      step: 'ready',
      id: first,
    })
    play(model, { type: 'boot.step', ...pc01, step: 'log', ok: true, detail: 'late' })
    expect(model.hosts.get('pc01')?.boot).toMatchObject({ state: 'linbo', step: 'ready' })
    play(model, { type: 'boot.step', ...pc01, step: 'firmware-offer', ok: true, detail: 'again' })
    expect(model.hosts.get('pc01')?.boot?.state).toBe('booting')
    expect(model.hosts.get('pc01')?.boot?.id).not.toBe(first)
  })

  it('remember machines nobody has added, newest last, and only so many', () => {
    const model = world()
    for (let i = 0; i < 30; i++) {
      const mac = `52:54:00:00:01:${i.toString(16).padStart(2, '0')}`
      play(model, { type: 'host.seen', host: null, mac, ip: null, by: 'dhcp' })
    }
    expect(model.strangers.size).toBe(20)
    expect([...model.strangers.keys()].at(-1)).toBe('52:54:00:00:01:1d')
  })
})

describe('transfers', () => {
  const started = {
    type: 'transfer.started',
    ...pc01,
    transfer: 't1',
    via: 'rsync',
    direction: 'down',
    file: 'images/win11/win11.qcow2',
    sizeBytes: 1000,
  }

  it('grow and end', () => {
    const model = world()
    const progress = { type: 'transfer.progress', transfer: 't1', bytes: 400, sizeBytes: null }
    play(model, started, { ...progress, bytesPerSecond: 50 })
    expect(model.transfers.get('t1')).toMatchObject({ bytes: 400, sizeBytes: 1000, result: null })
    const end = { type: 'transfer.finished', transfer: 't1', bytes: 1000, ms: 9, reason: null }
    play(model, { ...end, result: 'ok' })
    expect(model.transfers.get('t1')).toMatchObject({
      bytes: 1000,
      result: 'ok',
      bytesPerSecond: 0,
    })
  })

  it('are not restarted by events that are replayed', () => {
    const model = world()
    const end = { type: 'transfer.finished', transfer: 't1', bytes: 1000, ms: 9, reason: null }
    play(model, started, { ...end, result: 'ok' })
    const progress = { type: 'transfer.progress', transfer: 't1', bytes: 1, sizeBytes: 1000 }
    play(model, started, { ...progress, bytesPerSecond: 5 })
    expect(model.transfers.get('t1')).toMatchObject({ result: 'ok', bytes: 1000 })
  })

  it('are forgotten when many have finished', () => {
    const model = world()
    for (let i = 0; i < 100; i++) {
      const end = { type: 'transfer.finished', transfer: `t${i}`, bytes: 1, ms: 1, reason: null }
      play(model, { ...started, transfer: `t${i}` }, { ...end, result: 'ok' })
    }
    expect(model.transfers.size).toBe(60)
    expect(model.transfers.has('t99')).toBe(true)
  })
})

describe('operations', () => {
  const step = { type: 'operation.step', operation: 'o1', host: 'pc01', commands: 2 }

  it('are fetched when they are new to us', () => {
    const touched = play(world(), { type: 'operation.queued', operation: 'o1' })
    expect([...touched.fetchOperations]).toEqual(['o1'])
  })

  it('show percent per host and end with a result', () => {
    const model = world()
    model.operations.set('o1', operation('o1', ['pc01', 'pc02']))
    play(model, { ...step, phase: 'running', command: 0, text: 'sync:1', percent: 42 })
    expect(model.operations.get('o1')?.state).toBe('running')
    expect(model.operations.get('o1')?.hosts[0]).toMatchObject({ phase: 'running', percent: 42 })
    expect(model.operations.get('o1')?.hosts[1]?.phase).toBe('waiting')
    play(
      model,
      { ...step, phase: 'failed', command: 0, text: 'no space left', percent: null },
      { type: 'operation.finished', operation: 'o1', state: 'failed', failed: ['pc01'] },
    )
    expect(model.operations.get('o1')).toMatchObject({ state: 'failed', finishedAt: at })
    expect(model.operations.get('o1')?.hosts[0]).toMatchObject({
      reason: 'no space left',
      finishedAt: at,
    })
  })
})

describe('activity', () => {
  it('prefers an operation over the transfer it causes, and a boot over idling', () => {
    const model = world()
    model.operations.set('o1', operation('o1', ['pc01']))
    const one = { operation: 'o1', host: 'pc01', commands: 2, command: 0, text: 'sync:1' }
    play(
      model,
      { type: 'operation.step', ...one, phase: 'running', percent: null },
      {
        type: 'transfer.started',
        ...pc01,
        transfer: 't1',
        via: 'rsync',
        direction: 'down',
        file: 'images/a/a.qcow2',
        sizeBytes: 20_000_000,
      },
      {
        type: 'transfer.progress',
        transfer: 't1',
        bytes: 5_000_000,
        sizeBytes: 20_000_000,
        bytesPerSecond: 5,
      },
      { type: 'boot.step', ...pc01, host: 'pc02', step: 'kernel', ok: true, detail: '' },
    )
    const busy = whoIsBusy(model)
    const first = activityOf(model.hosts.get('pc01')!, busy)
    expect(first).toMatchObject({ kind: 'operation', percent: 25 })
    expect(activityOf(model.hosts.get('pc02')!, busy)).toMatchObject({ kind: 'boot', percent: 40 })
  })

  it('does not mention small files', () => {
    const model = world()
    play(model, {
      type: 'transfer.started',
      ...pc01,
      transfer: 't1',
      via: 'tftp',
      direction: 'down',
      file: 'boot/grub/grub.cfg',
      sizeBytes: 200,
    })
    expect(activityOf(model.hosts.get('pc01')!, whoIsBusy(model))).toBeNull()
  })
})
