import { expect, it } from 'vitest'
import { type Storm, stormReport } from './storm-report.ts'
import type { StormLine } from './storm-task.ts'

const shape = { machines: 4, rooms: 1, kernel: 2, initramfs: 7, gui: 1 }
const ready = (hostname: string, ms: number): StormLine => ({ kind: 'ready', hostname, ms })
const storm: Storm = {
  name: 'suite',
  serverSeconds: 1.5,
  megabytes: 300,
  lines: [
    ...['sim001', 'sim002', 'sim003'].flatMap((hostname, index): StormLine[] => [
      { kind: 'part', hostname, part: 'kernel', ms: 100 },
      { kind: 'part', hostname, part: 'log', ms: 1000 * (index + 1) },
      { kind: 'part', hostname, part: 'log', ms: 500 },
      ready(hostname, 2000 * (index + 1)),
    ]),
    { kind: 'failed', hostname: 'sim004', reason: 'sim004 got no firmware lease' },
    { kind: 'cpu', ownSeconds: 2, rsyncSeconds: 3 },
  ],
}

it('shows median, p95 and worst of each part, summed for each machine', () => {
  const { text } = stormReport(shape, [storm])
  expect(text).toMatch(/^\| kernel +\| 0\.10 \/ 0\.10 \/ 0\.10 +\|$/m)
  expect(text).toMatch(/^\| log +\| 2\.50 \/ 3\.50 \/ 3\.50 +\|$/m)
  expect(text).toMatch(/^\| LINBO ready +\| 4\.00 \/ 6\.00 \/ 6\.00 +\|$/m)
  expect(text).toMatch(/^\| GUI +\| – +\|$/m)
})

it('names the slowest step, and what stopped machines', () => {
  const { text } = stormReport(shape, [storm])
  expect(text).toContain('suite: the slowest step is log, 96 % of the waiting, 2.5 s in the middle')
  expect(text).toContain('suite: 1 failed: simNNN got no firmware lease')
  expect(text).toMatch(/^\| machines that failed +\| 1 +\|$/m)
  expect(text).toMatch(/^\| kernel, initramfs and GUI, MB\/s +\| 5 +\|$/m)
})

it('keeps every figure for the file', () => {
  const { results } = stormReport(shape, [storm])
  const find = (name: string) => results.find((one) => one.case === name)?.samples.suite
  expect(find('log, p95')).toEqual([3500])
  expect(find('LINBO ready, worst')).toEqual([6000])
  expect(find('firmware lease, median')).toEqual([])
  expect(find('their rsync programs, CPU s')).toEqual([3])
})
