import { styleText } from 'node:util'
import { bytes, oneLine, table, time } from './print.ts'
import type { Boot } from './resources.ts'

type Row = (string | number | null)[]

const cells = 24
const words = {
  network: 'network',
  loader: 'boot loader',
  kernel: 'LINBO loaded',
  linux: 'Linux starts',
  address: 'LINBO network',
  configuration: 'configuration',
}

/** A boot attempt for people: what it came to, then its phases with their steps and files. */
export function bootTimeline(boot: Boot, columns: number | undefined): string {
  return [headline(boot), ...verdict(boot), timeline(boot, columns)].join('\n')
}

function headline({ state, startedAt, firmware, phases, usual }: Boot): string {
  const tookMs = phases.reduce((sum, one) => sum + one.ms, 0)
  const how = {
    booting: `booting for ${seconds(tookMs)}`,
    linbo: `arrived after ${seconds(tookMs)}`,
    stalled: `stuck after ${seconds(tookMs)}`,
  }
  const than = usual
    ? `USUAL is the median of ${usual.boots} boots${{ room: ' in this room', group: ' of this group', all: '' }[usual.of]}.`
    : ''
  const text = `Last boot: ${time(startedAt)}, ${how[state]}${firmware ? `, ${firmware}` : ''}.`
  return `${styleText('bold', text)} ${than}`.trimEnd()
}

function verdict({ verdict: found }: Boot): string[] {
  if (!found) return []
  const colour = found.severity === 'error' ? 'red' : 'yellow'
  return [
    styleText(['bold', colour], found.title),
    `  last seen     ${oneLine(found.lastSeen)}`,
    `  likely cause  ${oneLine(found.likelyCause)}`,
    ...found.whatToDo.map(
      (one, index) => `  ${index === 0 ? 'what to do    ' : ' '.repeat(14)}- ${one}`,
    ),
  ]
}

function timeline(boot: Boot, columns: number | undefined): string {
  const totalMs = Math.max(1, ...boot.phases.map((one) => one.startMs + one.ms))
  const rows = boot.phases.flatMap((one): Row[] => [
    [
      words[one.phase],
      seconds(one.startMs),
      seconds(one.ms) + (one.isOpen ? '…' : ''),
      one.usualMs === null ? '' : seconds(one.usualMs),
      bar(one.startMs, one.ms, totalMs, '█'),
      '',
      '',
      '',
    ],
    ...parts(boot, one.phase, totalMs),
  ])
  return table(['STEP', 'START', 'TOOK', 'USUAL', '', 'BYTES', 'SENT AGAIN', ''], rows, columns)
}

/** A machine in LINBO sends its log again and again; that is no part of its boot. */
function isPart(boot: Boot, { step, at }: Boot['steps'][number]): boolean {
  const ready = boot.steps.find((one) => one.step === 'ready' && one.ok)
  return step === 'os' || !ready || Date.parse(at) <= Date.parse(ready.at)
}

/** The steps and files of a phase in order of time; what is small and without fault is one line. */
function parts(boot: Boot, phase: Boot['phases'][number]['phase'], totalMs: number): Row[] {
  const since = (at: string) => Math.max(0, Date.parse(at) - Date.parse(boot.startedAt))
  const steps = boot.steps
    .filter((one) => one.phase === phase && one.transfer === null && isPart(boot, one))
    .map((one) => {
      const again = one.times > 1 ? ` ×${one.times}` : ''
      const row: Row = [`  ${one.step}${again}`, seconds(since(one.at)), '', '', '', '', '']
      return { at: one.at, row: [...row, failure(one.ok, oneLine(one.detail))] }
    })
  const ofPhase = boot.files.filter((one) => one.phase === phase)
  const isSmall = (one: Boot['files'][number]) =>
    one.step === null && one.result === 'ok' && !one.retries && one.bytes < 500_000
  const files = ofPhase
    .filter((one) => !isSmall(one))
    .map((one) => {
      const start = since(one.at)
      const ms = one.ms ?? Math.max(0, totalMs - start)
      const row: Row = [
        `  ${one.file}`,
        seconds(start),
        one.ms === null ? '…' : seconds(one.ms),
        '',
        bar(start, ms, totalMs, '━'),
        bytes(one.bytes),
        one.retries,
        failure(one.result === 'ok' || one.result === null, `${one.via} ${one.reason ?? ''}`),
      ]
      return { at: one.at, row }
    })
  const small = ofPhase.filter(isSmall)
  const sum = small.reduce((total, one) => total + one.bytes, 0)
  const rest: Row[] =
    small.length > 0
      ? [
          [
            `  ${small.length} small file${small.length === 1 ? '' : 's'}`,
            '',
            '',
            '',
            '',
            bytes(sum),
            0,
            '',
          ],
        ]
      : []
  const inOrder = [...steps, ...files].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  return [...inOrder.map((one) => one.row), ...rest]
}

const failure = (ok: boolean, text: string) => (ok ? text : styleText('red', `failed: ${text}`))

function bar(startMs: number, ms: number, totalMs: number, mark: string): string {
  const from = Math.min(cells - 1, Math.floor((startMs / totalMs) * cells))
  const length = Math.max(1, Math.round((ms / totalMs) * cells))
  const filled = mark.repeat(Math.min(length, cells - from))
  return ('·'.repeat(from) + filled).padEnd(cells, '·')
}

const seconds = (ms: number) => (ms < 950 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)
