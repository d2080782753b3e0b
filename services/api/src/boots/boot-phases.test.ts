import type { BootStep } from '@linbo/bus'
import type { StoredBootFile } from '@linbo/db'
import { describe, expect, it } from 'vitest'
import { phaseTimes } from './boot-phases.ts'

const start = Date.parse('2026-01-05T08:00:00Z')
const iso = (seconds: number) => new Date(start + seconds * 1000).toISOString()
const step = ([seconds, name]: [number, BootStep]) => ({
  ...{ at: iso(seconds), step: name, ok: true, detail: '' },
})
const file = (seconds: number, took: number, name: BootStep): StoredBootFile => ({
  ...{ id: name, file: name, via: 'tftp', step: name, at: iso(seconds), bytes: 1, sizeBytes: 1 },
  ...{ ms: took * 1000, retries: 0, result: 'ok', reason: null },
})
const times = (steps: [number, BootStep][], files: StoredBootFile[], lastAt: number) =>
  phaseTimes({
    startedAt: start,
    lastAt: start + lastAt * 1000,
    steps: steps.map(step),
    files,
  }).map(({ phase, startMs, ms, isOpen }) => [
    phase,
    startMs / 1000,
    ms / 1000,
    ...(isOpen ? ['open'] : []),
  ])

const whole: [number, BootStep][] = [
  [0, 'firmware-discover'],
  [3, 'firmware-ack'],
  [5, 'boot-file'],
  [6, 'grub-config'],
  [8, 'kernel'],
  [18, 'initramfs'],
  [40, 'linbo-discover'],
  [42, 'linbo-ack'],
  [43, 'start-conf'],
  [50, 'ready'],
  [600, 'log'],
]
const files = [file(4, 1, 'boot-file'), file(7, 1, 'kernel'), file(8, 10, 'initramfs')]

describe('the phases of a boot', () => {
  it('follow each other without a gap, from the first request until LINBO is ready', () => {
    expect(times(whole, files, 600)).toEqual([
      ['network', 0, 4],
      ['loader', 4, 3],
      ['kernel', 7, 11],
      ['linux', 18, 22],
      ['address', 40, 2],
      ['configuration', 42, 8],
    ])
  })

  it('are told from the steps alone where nobody told of files', () => {
    expect(times(whole, [], 600).slice(0, 4)).toEqual([
      ['network', 0, 3],
      ['loader', 3, 3],
      ['kernel', 6, 12],
      ['linux', 18, 22],
    ])
  })

  it('leave out what the machine did without the network', () => {
    const local: [number, BootStep][] = [
      [0, 'linbo-discover'],
      [1, 'linbo-ack'],
      [2, 'start-conf'],
      [4, 'ready'],
    ]
    expect(times(local, [], 4)).toEqual([
      ['address', 0, 1],
      ['configuration', 1, 3],
    ])
  })

  it('end with an open one while the machine boots', () => {
    const loading = { ...file(8, 0, 'initramfs'), ms: null, result: null }
    const list = [file(4, 1, 'boot-file'), file(7, 1, 'kernel'), loading]
    expect(times(whole.slice(0, 5), list, 12).at(-1)).toEqual(['kernel', 7, 5, 'open'])
    expect(times(whole.slice(0, 6), files, 18).at(-1)).toEqual(['linux', 18, 0, 'open'])
  })

  it('are none where nothing is known', () => {
    expect(times([], [], 0)).toEqual([])
  })
})
