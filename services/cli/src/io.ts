import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { ExitCode } from './exit-code.ts'
import { readSecret } from './read-secret.ts'

/** Everything a command may touch of the process it runs in. */
export interface Io {
  /** Prints a line. */
  out(text: string): void
  /** Prints text or bytes as they are. */
  write(text: string | Uint8Array): void
  err(text: string): void
  /** What comes in when a command is told to read it. */
  input: NodeJS.ReadableStream
  /** Where a file goes that is printed rather than saved. */
  output: NodeJS.WritableStream
  /** Width of the terminal that lines are printed on; undefined when they go to a file or a pipe. */
  columns: number | undefined
  /** The terminal to draw progress on, when there is one. */
  terminal: (NodeJS.WriteStream & { fd: 2 }) | undefined
  /** Asks a person for something that is not shown; undefined when nobody sits there. */
  ask: ((prompt: string) => Promise<string>) | undefined
  /** Asks a person for a word that is shown; undefined when nobody sits there. */
  answer: ((question: string) => Promise<string>) | undefined
  env: Record<string, string | undefined>
  /** The checkout's root, when the command runs from one. */
  checkout: string | undefined
  /** Aborts on Ctrl-C or SIGTERM; `serve` listens itself. */
  signal: AbortSignal
}

/** A signal again after this time ends a command that does not end; before, it is the same one twice. */
const insistMs = 2000

/** What this process was started with. */
export function processIo(): Io {
  const abort = new AbortController()
  let stoppedAt = 0
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (stoppedAt === 0) {
        stoppedAt = Date.now()
        abort.abort()
      } else if (Date.now() - stoppedAt > insistMs) process.exit(ExitCode.failed)
    })
  }
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)
  const root = resolve(import.meta.dirname, '../../..')
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    write: (some) => void process.stdout.write(some),
    err: (line) => void process.stderr.write(`${line}\n`),
    get input() {
      return process.stdin
    },
    get output() {
      return process.stdout
    },
    columns: process.stdout.isTTY ? process.stdout.columns || 80 : undefined,
    terminal: process.stderr.isTTY ? (process.stderr as Io['terminal']) : undefined,
    ask:
      process.stdin.isTTY && process.stderr.isTTY
        ? (prompt) => readSecret(process.stdin, (shown) => process.stderr.write(shown), prompt)
        : undefined,
    answer: process.stdin.isTTY && process.stderr.isTTY ? readAnswer : undefined,
    env: process.env,
    checkout: existsSync(resolve(root, 'turbo.json')) ? root : undefined,
    signal: abort.signal,
  }
}

async function readAnswer(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await lines.question(question)).trim()
  } finally {
    lines.close()
  }
}

/** `linbo host list | head` closes our pipe: that is no error. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
}
