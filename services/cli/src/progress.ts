import { createBars } from './bars.ts'
import type { Watcher } from './follow.ts'
import type { Io } from './io.ts'
import { oneLine, phaseText } from './print.ts'
import type { Operation } from './resources.ts'

export interface Progress extends Watcher {
  /** Takes the bars away and prints one line per host. */
  close(ended: Operation | undefined): void
}

/** Shows an operation as it runs: bars on a terminal, otherwise a line for every step. */
export function createProgress(
  io: Io,
  operation: Operation,
  options: { output: boolean },
): Progress {
  const drawn =
    io.terminal && !options.output
      ? createBars(io.terminal, operation)
      : createLines(io, options.output)
  return {
    ...drawn,
    close(ended) {
      drawn.close()
      if (!ended) {
        io.err('linbo: stopped watching; the operation goes on. To see it again:')
        return io.err(`  → linbo operation follow ${operation.id}`)
      }
      for (const host of ended.hosts) {
        const why = host.reason ?? (host.phase === 'done' ? host.text : '')
        io.out(` ${host.hostname} ... ${phaseText(host.phase, why)}`)
      }
    },
  }
}

function createLines(io: Io, withOutput: boolean): Watcher & { close(): void } {
  const last = new Map<string, string>()
  return {
    onStep(event) {
      const count = event.command === null ? '' : ` ${event.command + 1}/${event.commands}`
      const text = event.text ? ` ${oneLine(event.text)}` : ''
      const line = `${event.host}: ${event.phase}${count}${text}`
      if (last.get(event.host) === line) return
      last.set(event.host, line)
      io.out(line)
    },
    onOutput(event) {
      if (!withOutput) return
      for (const line of event.text.split(/[\r\n]+/)) {
        if (line.trim() !== '') io.out(`${event.host}| ${line.trimEnd()}`)
      }
    },
    close() {},
  }
}
