import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { bootTimeline } from './boot-timeline.ts'
import type { Boot } from './resources.ts'

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 5, 8, 0, seconds)).toISOString()
const boot: Boot = {
  ...{ id: 'b1', host: 'pc17', mac: null, ip: '10.0.0.17', firmware: 'bios', room: 'r1' },
  ...{ group: 'lab', state: 'linbo', startedAt: at(0), lastAt: at(50) },
  steps: [
    {
      ...{ at: at(0), step: 'firmware-discover', phase: 'network', ok: true, detail: 'bios asks' },
      ...{ transfer: null, cause: null, about: null, times: 3 },
    },
    {
      ...{ at: at(12), step: 'initramfs', phase: 'kernel', ok: true, detail: 'linbofs64' },
      ...{ transfer: 't1', cause: null, about: null, times: 1 },
    },
  ],
  files: [
    {
      ...{ id: 't1', file: 'linbofs64', via: 'tftp', step: 'initramfs', phase: 'kernel' },
      ...{ at: at(2), bytes: 60_000_000, sizeBytes: 60_000_000, ms: 10_000, retries: 900 },
      ...{ result: 'ok', reason: null },
    },
    {
      ...{ id: 't2', file: 'fs.lst', via: 'tftp', step: null, phase: 'kernel', at: at(2) },
      ...{ bytes: 200, sizeBytes: 200, ms: 1, retries: 0, result: 'ok', reason: null },
    },
  ],
  phases: [
    { phase: 'network', startMs: 0, ms: 2000, isOpen: false, usualMs: 1900 },
    { phase: 'kernel', startMs: 2000, ms: 10_000, isOpen: false, usualMs: 4000 },
  ],
  usual: { of: 'room', boots: 9 },
  verdict: {
    ...{ code: 'packet-loss', severity: 'warning', title: 'Packets get lost on the way to pc17' },
    ...{ lastSeen: '08:00:50 UTC', likelyCause: 'cable', whatToDo: ['Change it.', 'Try again.'] },
    facts: {},
  },
}

it('prints a boot with its verdict, its phases against the usual, and its files', () => {
  const lines = stripVTControlCharacters(bootTimeline(boot, undefined)).split('\n')
  expect(lines[0]).toMatch(
    /arrived after 12\.0 s, bios\. USUAL is the median of 9 boots in this room/,
  )
  expect(lines.slice(1, 6)).toEqual([
    'Packets get lost on the way to pc17',
    '  last seen     08:00:50 UTC',
    '  likely cause  cable',
    '  what to do    - Change it.',
    '                - Try again.',
  ])
  const rows = lines.slice(7).map((line) => line.replace(/ {2,}/g, ' ').trim())
  expect(rows).toEqual([
    'network 0 ms 2.0 s 1.9 s ████····················',
    'firmware-discover ×3 0 ms bios asks',
    'LINBO loaded 2.0 s 10.0 s 4.0 s ····████████████████████',
    'linbofs64 2.0 s 10.0 s ····━━━━━━━━━━━━━━━━━━━━ 60.0 MB 900 tftp',
    '1 small file 200 B 0',
  ])
})

it('says where a boot that stopped got stuck, and what failed', () => {
  const failed = { ok: false, detail: 'linbo64: no such file', transfer: null, phase: 'kernel' }
  const steps = [{ ...boot.steps[1], ...failed }] as Boot['steps']
  const text = stripVTControlCharacters(
    bootTimeline({ ...boot, state: 'stalled', steps, files: [], usual: null }, undefined),
  )
  expect(text).toContain('stuck after 12.0 s')
  expect(text).toContain('failed: linbo64: no such file')
})
