import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { LinboError } from './errors.ts'

export interface ChildOptions {
  command: string
  /** Never a shell string: every argument is passed as it is. */
  args: string[]
  cwd?: string
  env?: Record<string, string>
  /** Bytes for the child's standard input, which is then closed. */
  input?: string | Uint8Array
  /**
   * Leaves standard input and output to the caller as binary streams (`process.stdin`, `process.stdout`); `onLine`
   * then gets standard error only.
   */
  pipes?: boolean
  /** Called for every line the child prints. */
  onLine?(line: string, stream: 'stdout' | 'stderr'): void
  /** The Debian package to name when the program is missing. */
  debianPackage?: string
  signal?: AbortSignal
  /** The kernel kills the child when we die, even by SIGKILL. For daemons (Linux, through util-linux's setpriv). */
  diesWithUs?: boolean
}

export interface Child {
  readonly pid: number | undefined
  readonly process: ChildProcess
  /** Resolves with the exit code, or 128 + signal number; rejects only when the program could not be started. */
  readonly exited: Promise<number>
  /** SIGTERM, then SIGKILL after `graceMs` (default 3 s). Resolves when the process is gone. */
  stop(graceMs?: number): Promise<void>
}

const setpriv = '/usr/bin/setpriv'
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * The only place a program is started. No shell is involved; the child dies with us.
 * @throws (through `exited`) LinboError `CHILD_MISSING` naming the Debian package when the program is absent.
 */
export function spawnChild(options: ChildOptions): Child {
  const wrapped = options.diesWithUs && existsSync(setpriv)
  const command = wrapped ? setpriv : options.command
  const args = wrapped
    ? ['--pdeathsig', 'SIGKILL', '--', options.command, ...options.args]
    : options.args
  const child = spawn(command, args, {
    stdio: [options.input === undefined && !options.pipes ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(options.cwd ? { cwd: options.cwd } : {}),
    env: options.env ?? process.env,
    ...(options.signal ? { signal: options.signal } : {}),
  })
  running.add(child)
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      running.delete(child)
      if (error.name === 'AbortError') return
      const missing = error.code === 'ENOENT'
      const fix = options.debianPackage ? `apt-get install ${options.debianPackage}` : 'Install it.'
      const message = missing
        ? `${options.command} is not installed`
        : `${options.command}: ${error.message}`
      reject(
        new LinboError(missing ? 'CHILD_MISSING' : 'CHILD_FAILED', message, { fix, cause: error }),
      )
    })
    child.once('close', (code, signal) => {
      running.delete(child)
      resolve(code ?? 128 + (signal === 'SIGKILL' ? 9 : 15))
    })
  })
  exited.catch(() => {})
  for (const stream of options.pipes ? (['stderr'] as const) : (['stdout', 'stderr'] as const)) {
    const lines = createInterface({ input: child[stream] as NodeJS.ReadableStream })
    lines.on('line', (line) => options.onLine?.(line, stream))
  }
  if (options.input !== undefined && child.stdin) {
    child.stdin.on('error', () => {})
    child.stdin.end(options.input)
  }
  return {
    get pid() {
      return child.pid
    },
    process: child,
    exited,
    async stop(graceMs = 3000) {
      if (!running.has(child)) return
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      await exited.catch(() => {})
      clearTimeout(timer)
    },
  }
}
