import { describe, expect, it } from 'vitest'
import type { BootAttempt } from '../resources.ts'
import { slower, timeline } from './timeline.ts'

const start = Date.parse('2026-03-01T08:00:00Z')
const at = (seconds: number) => new Date(start + seconds * 1000).toISOString()
const step = (seconds: number, name: string, phase: string, more: object = {}) => ({
  ...{ at: at(seconds), step: name, phase, ok: true, detail: '', transfer: null, times: 1 },
  ...more,
})
const file = (seconds: number, id: string, phase: string, more: object = {}) => ({
  ...{ id, file: id, via: 'tftp', step: id, phase, at: at(seconds), bytes: 1000, sizeBytes: 1000 },
  ...{ ms: 1000, retries: 0, result: 'ok', reason: null },
  ...more,
})
const phase = (name: string, startMs: number, ms: number, more: object = {}) => ({
  ...{ phase: name, startMs, ms, isOpen: false, usualMs: null },
  ...more,
})
const boot = (more: object) =>
  ({
    ...{ id: 'b', state: 'linbo', startedAt: at(0), lastAt: at(60), steps: [], files: [] },
    ...{ phases: [], verdict: null, usual: null },
    ...more,
  }) as unknown as BootAttempt
const nothing = () => undefined

describe('the timeline of a boot', () => {
  it('has the phases with their steps and files in order, and each file once', () => {
    const { rows } = timeline(
      boot({
        phases: [phase('network', 0, 2000), phase('kernel', 2000, 10_000)],
        steps: [
          step(0, 'firmware-discover', 'network'),
          step(5, 'kernel', 'kernel', { transfer: 'linbo64' }),
        ],
        files: [file(4, 'linbofs64', 'kernel'), file(2, 'linbo64', 'kernel')],
      }),
      start,
      nothing,
    )
    expect(rows.map((row) => [row.kind, row.start])).toEqual([
      ['phase', 0],
      ['step', 0],
      ['phase', 2000],
      ['file', 2000],
      ['file', 4000],
    ])
  })

  it('only counts small files that made no trouble', () => {
    const { rows } = timeline(
      boot({
        phases: [phase('loader', 0, 2000)],
        files: ['a.lst', 'b.lst', 'c.lst'].map((id, index) =>
          file(index, id, 'loader', { step: null, retries: index === 2 ? 4 : 0 }),
        ),
      }),
      start,
      nothing,
    )
    expect(rows).toMatchObject([
      { kind: 'phase' },
      { kind: 'file', id: 'c.lst' },
      { kind: 'small', count: 2, bytes: 2000 },
    ])
  })

  it('goes on until now while the machine boots, with what the transfer tells', () => {
    const { rows, total, took } = timeline(
      boot({
        state: 'booting',
        lastAt: at(3),
        phases: [phase('kernel', 0, 3000, { isOpen: true })],
        files: [file(1, 'linbo64', 'kernel', { ms: null, result: null, bytes: 0 })],
      }),
      start + 9000,
      (id) => (id === 'linbo64' ? { bytes: 700, bytesPerSecond: 88 } : undefined),
    )
    expect(rows).toMatchObject([
      { kind: 'phase', ms: 9000, isOpen: true },
      { kind: 'file', ms: 8000, rate: 88, isOpen: true, ok: true, file: { bytes: 700 } },
    ])
    expect([total, took]).toEqual([9000, 9000])
  })

  it('is wide enough for what is usual', () => {
    const phases = [phase('linux', 0, 1000, { usualMs: 30_000 })]
    expect(timeline(boot({ phases }), start, nothing).total).toBe(30_000)
  })

  it('leaves out what came after the machine was ready, but for the start of a system', () => {
    const { rows } = timeline(
      boot({
        steps: ['ready', 'log', 'os'].map((name, index) => step(index, name, 'configuration')),
      }),
      start,
      nothing,
    )
    expect(rows.map((row) => row.kind === 'step' && row.step.step)).toEqual(['ready', 'os'])
  })
})

it('calls a phase slower only when that is worth telling', () => {
  expect(slower(9000, 3000)).toBe(3)
  expect(slower(900, 100)).toBeNull()
  expect(slower(9000, 8000)).toBeNull()
  expect(slower(9000, null)).toBeNull()
})
