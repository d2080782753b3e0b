import cliProgress from 'cli-progress'
import type { Watcher } from './follow.ts'
import type { Io } from './io.ts'
import { state } from './print.ts'
import type { Operation } from './resources.ts'

export interface Progress extends Watcher {
  /** Takes the bars away and prints one line per host. */
  close(ended: Operation | undefined): void
}

/** Shows an operation as it runs: a bar per host on a terminal, otherwise a line for every step. */
export function createProgress(
  io: Io,
  operation: Operation,
  options: { output: boolean },
): Progress {
  const drawn =
    io.terminal && !options.output ? bars(io.terminal, operation) : lines(io, options.output)
  return {
    ...drawn,
    close(ended) {
      drawn.close()
      if (!ended)
        return io.err(
          `linbo: stopped watching; the operation goes on: linbo operation follow ${operation.id}`,
        )
      for (const host of ended.hosts) {
        const why = host.reason ?? (host.phase === 'done' ? host.text : '')
        io.out(` ${host.hostname} ... ${state(host.phase)}${why ? `: ${why}` : ''}`)
      }
    },
  }
}

type Drawn = Watcher & { close(): void }

function bars(terminal: NodeJS.WriteStream, operation: Operation): Drawn {
  const width = Math.max(4, ...operation.hosts.map((host) => host.hostname.length))
  const format = (
    _options: unknown,
    params: { progress: number },
    payload: Record<string, string>,
  ) => {
    const filled = Math.round(params.progress * 24)
    const bar = '█'.repeat(filled) + '░'.repeat(24 - filled)
    const percent = `${Math.round(params.progress * 100)}%`.padStart(4)
    const text = `${payload.host?.padEnd(width)} ${bar} ${percent} ${payload.text ?? ''}`
    return text.slice(0, (terminal.columns || 80) - 1)
  }
  const all = new cliProgress.MultiBar({
    stream: terminal,
    hideCursor: true,
    format,
    fps: 5,
    noTTYOutput: false,
  })
  const byHost = new Map(
    operation.hosts.map((host) => [
      host.hostname,
      all.create(1000, 0, { host: host.hostname, text: host.phase }),
    ]),
  )
  return {
    onStep(event) {
      const done = event.phase === 'done'
      // Each command is an equal part of the bar; its own percentage fills that part.
      const part = (event.command ?? 0) + (event.percent ?? 0) / 100
      const fraction = done ? 1 : event.commands > 0 ? part / event.commands : 0
      byHost.get(event.host)?.update(Math.min(1000, Math.round(fraction * 1000)), {
        text: event.phase === 'running' ? event.text : `${event.phase} ${event.text}`,
      })
    },
    onOutput() {},
    close: () => all.stop(),
  }
}

function lines(io: Io, withOutput: boolean): Drawn {
  const last = new Map<string, string>()
  return {
    onStep(event) {
      const count = event.command === null ? '' : ` ${event.command + 1}/${event.commands}`
      const line = `${event.host}: ${event.phase}${count}${event.text ? ` ${event.text}` : ''}`
      if (last.get(event.host) === line) return
      last.set(event.host, line)
      io.out(line)
    },
    onOutput(event) {
      if (withOutput) io.out(`${event.host}| ${event.text.trimEnd()}`)
    },
    close() {},
  }
}
