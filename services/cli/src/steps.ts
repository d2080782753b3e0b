import type { Io } from './io.ts'
import { fit, oneLine } from './print.ts'
import type { OnStep } from './progress-lines.ts'

export interface Steps {
  onStep: OnStep
  /** Ends the line that is being drawn. */
  close(): void
}

const cells = 24

/** Shows what the server is working at: a bar that stays in its line on a terminal, else a line for every step. */
export function showSteps(io: Io): Steps {
  return io.terminal ? drawn(io.terminal) : lines(io)
}

function drawn(terminal: NonNullable<Io['terminal']>): Steps {
  let last = ''
  const draw = (step: string, percent: number | null) => {
    const filled = Math.round(((percent ?? 0) / 100) * cells)
    const bar = '█'.repeat(filled) + '░'.repeat(cells - filled)
    const text =
      percent === null ? oneLine(step) : `${bar} ${`${percent}%`.padStart(4)} ${oneLine(step)}`
    terminal.write(`\r\x1b[2K${fit(text, (terminal.columns || 80) - 1)}`)
  }
  return {
    onStep(step, percent) {
      if (last !== '' && step !== last) terminal.write('\n')
      last = step
      draw(step, percent)
    },
    close() {
      if (last !== '') terminal.write('\n')
      last = ''
    },
  }
}

function lines(io: Io): Steps {
  let last: string | undefined
  return {
    onStep(step) {
      if (step !== last) io.err(step)
      last = step
    },
    close() {},
  }
}

/** What to call with the number of bytes of each piece of a download. */
export function tellDownload(onStep: OnStep, step: string, sizeBytes: number) {
  let done = 0
  let told = -1
  return (count: number) => {
    done += count
    const percent = Math.min(100, Math.floor((done * 100) / sizeBytes))
    if (percent === told) return
    told = percent
    onStep(step, percent)
  }
}
