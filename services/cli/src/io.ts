import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

/** Everything a command may touch of the process it runs in. */
export interface Io {
  out(text: string): void
  err(text: string): void
  /** The terminal to draw progress on, when there is one. */
  terminal: (NodeJS.WriteStream & { fd: 2 }) | undefined
  env: Record<string, string | undefined>
  /** The checkout's root, when the command runs from one. */
  checkout: string | undefined
  /** Aborts on Ctrl-C or SIGTERM; `serve` listens itself. */
  signal: AbortSignal
}

export function processIo(): Io {
  const abort = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => abort.abort())
  process.stdout.on('error', ignoreClosedPipe)
  const root = resolve(import.meta.dirname, '../../..')
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    terminal: process.stderr.isTTY ? (process.stderr as Io['terminal']) : undefined,
    env: process.env,
    checkout: existsSync(resolve(root, 'turbo.json')) ? root : undefined,
    signal: abort.signal,
  }
}

/** `linbo host list | head` closes our pipe: that is no error. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
}
