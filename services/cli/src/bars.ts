import cliProgress from 'cli-progress'
import type { Watcher } from './follow.ts'
import { fit, oneLine, pad, phaseText, width } from './print.ts'
import type { Operation } from './resources.ts'

type Step = Parameters<Watcher['onStep']>[0]
type Terminal = NodeJS.WriteStream

export interface Bars extends Watcher {
  close(): void
}

const cells = 24
/** Bars count in thousandths. */
const whole = 1000

/** A bar per host, or one for all when the terminal has too few lines to draw them. */
export function createBars(terminal: Terminal, operation: Operation): Bars {
  const fits = operation.hosts.length < (terminal.rows || 24) - 1
  return fits ? barPerHost(terminal, operation) : oneBar(terminal, operation)
}

function barPerHost(terminal: Terminal, operation: Operation): Bars {
  const names = operation.hosts.map((host) => host.hostname)
  const longest = Math.max(4, ...names.map(width))
  const all = multiBar(terminal, longest)
  const bars = new Map(
    operation.hosts.map(({ hostname, phase }) => [
      hostname,
      all.create(whole, 0, { label: hostname, text: phase }),
    ]),
  )
  return {
    onStep(event) {
      const text = event.phase === 'running' ? event.text : phaseText(event.phase, event.text)
      bars.get(event.host)?.update(thousandths(event), { text })
    },
    onOutput() {},
    close: () => all.stop(),
  }
}

function oneBar(terminal: Terminal, operation: Operation): Bars {
  const count = operation.hosts.length
  const label = `${count} hosts`
  const all = multiBar(terminal, label.length)
  const bar = all.create(whole, 0, { label, text: '' })
  const last = new Map(
    operation.hosts.map(({ hostname, phase }) => [hostname, { phase: phase as string, done: 0 }]),
  )
  return {
    onStep(event) {
      last.set(event.host, { phase: event.phase, done: thousandths(event) })
      const phases = Map.groupBy(last.values(), (host) => host.phase)
      const text = [...phases].map(([phase, hosts]) => `${hosts.length} ${phase}`).join(', ')
      const sum = [...last.values()].reduce((total, host) => total + host.done, 0)
      bar.update(Math.round(sum / count), { text })
    },
    onOutput() {},
    close: () => all.stop(),
  }
}

function multiBar(terminal: Terminal, longest: number) {
  const format = (
    _options: unknown,
    params: { progress: number },
    payload: { label: string; text: string },
  ) => {
    const filled = Math.round(params.progress * cells)
    const bar = '█'.repeat(filled) + '░'.repeat(cells - filled)
    const percent = `${Math.round(params.progress * 100)}%`.padStart(4)
    const line = `${pad(payload.label, longest)} ${bar} ${percent} ${oneLine(payload.text)}`
    return fit(line, (terminal.columns || 80) - 1)
  }
  return new cliProgress.MultiBar({ stream: terminal, hideCursor: true, format, fps: 5 })
}

/** Each command is an equal part of the bar; its own percentage fills that part. */
export function thousandths(
  event: Pick<Step, 'phase' | 'command' | 'commands' | 'percent'>,
): number {
  if (event.phase === 'done') return whole
  if (event.commands === 0) return 0
  const part = (event.command ?? 0) + (event.percent ?? 0) / 100
  return Math.min(whole, Math.round((part / event.commands) * whole))
}
