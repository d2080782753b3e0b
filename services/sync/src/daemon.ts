import { close, constants, open } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { connect, createServer, Socket } from 'node:net'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import type { Logger } from '@linbo/log'
import { type Child, LinboError, listenTcp, spawnChild, writeSecret } from '@linbo/runtime'
import { errorCode } from './errors.ts'
import { encodeProxyHeader, type Greeting, HandshakeReader, parseGreeting } from './handshake.ts'

export interface DaemonOptions {
  /** Where rsyncd.conf is written. */
  confPath: string
  conf: string
  /** The named pipe the configuration logs to. */
  logPipe: string
  /** Called for each line of the daemon's log. */
  onLog(line: string): void
  log: Logger
  /** The program, for tests of a missing one. */
  command?: string
}

export interface Daemon {
  /** Loopback port, another one after every restart; undefined while the daemon is away. */
  readonly port: number | undefined
  /** What it greets clients with. */
  readonly greeting: Greeting
  /** Why it is away. */
  readonly problem: string | undefined
  readonly pid: number | undefined
  start(): Promise<void>
  stop(): Promise<void>
}

const backoffMs = [100, 200, 500, 1000, 2000, 5000]
const startMs = 10_000

/**
 * Runs `rsync --daemon` on a free loopback port, keeps it running, and reads its log.
 * @throws (from `start`) LinboError `SYNC_RSYNC_MISSING` or `SYNC_DAEMON`.
 */
export function createDaemon(options: DaemonOptions): Daemon {
  let child: Child | undefined
  let pipe: Socket | undefined
  let port: number | undefined
  let greeting: Greeting = { protocol: 31, sub: 0, digests: [] }
  let problem: string | undefined = 'not started'
  let stopping = false
  let failures = 0
  let retry: NodeJS.Timeout | undefined
  let starting: Promise<void> | undefined

  async function launch(): Promise<void> {
    const wanted = await freePort()
    const said: string[] = []
    const running = spawnChild({
      command: options.command ?? 'rsync',
      args: [
        '--daemon',
        '--no-detach',
        `--config=${options.confPath}`,
        '--address=127.0.0.1',
        `--port=${wanted}`,
      ],
      debianPackage: 'rsync',
      diesWithUs: true,
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      onLine: (line) => {
        said.push(line)
        options.log.warn({ line }, 'the rsync daemon says')
      },
    })
    child = running
    let isGone = false
    // Not `exited`: that waits for the processes of running transfers, which outlive a killed daemon.
    running.process.once('exit', (code, signal) => {
      isGone = true
      if (child === running) port = undefined
      if (stopping || starting) return
      problem = `the rsync daemon ended (${signal ?? code}); starting it again`
      options.log.warn({ code, signal }, 'the rsync daemon ended')
      again()
    })
    const missing = running.exited.then(
      () => undefined,
      (error: unknown) => error,
    )
    for (const until = Date.now() + startMs; ; ) {
      const found = await greet(wanted)
      if (found) {
        greeting = found
        break
      }
      const failed = await Promise.race([missing, pause(20)])
      if (failed instanceof LinboError) throw asMissing(failed)
      if (isGone || Date.now() > until) {
        await running.stop(0)
        throw new LinboError(
          errorCode.daemon,
          `the rsync daemon did not start: ${said.join('; ') || 'no answer'}`,
          {
            fix: `Try it by hand: rsync --daemon --no-detach --config=${options.confPath} --port=${wanted}`,
          },
        )
      }
    }
    port = wanted
    problem = undefined
    failures = 0
    options.log.debug({ port, pid: running.pid }, 'the rsync daemon answers')
  }

  function attempt(): Promise<void> {
    starting = launch().finally(() => {
      starting = undefined
    })
    return starting
  }

  function again(): void {
    const wait = backoffMs[Math.min(failures++, backoffMs.length - 1)]
    retry = setTimeout(() => {
      attempt().catch((err) => {
        problem = err instanceof Error ? err.message : String(err)
        options.log.error({ err }, 'the rsync daemon does not start')
        if (!stopping) again()
      })
    }, wait)
  }

  return {
    get port() {
      return port
    },
    get greeting() {
      return greeting
    },
    get problem() {
      return problem
    },
    get pid() {
      return child?.pid
    },
    async start() {
      stopping = false
      await mkdir(dirname(options.confPath), { recursive: true })
      await writeSecret(options.confPath, options.conf)
      pipe = await openPipe(options.logPipe, options.onLog)
      try {
        await attempt()
      } catch (error) {
        pipe.destroy()
        throw error
      }
    },
    async stop() {
      stopping = true
      problem = 'stopped'
      clearTimeout(retry)
      await starting?.catch(() => {})
      await child?.stop()
      port = undefined
      pipe?.destroy()
      await rm(options.logPipe, { force: true })
    },
  }
}

function asMissing(error: LinboError): LinboError {
  if (error.code !== 'CHILD_MISSING') return error
  return new LinboError(errorCode.missing, 'rsync is not installed', {
    fix: 'apt-get install rsync',
    cause: error,
  })
}

const pause = (ms: number) => new Promise<undefined>((resolve) => setTimeout(resolve, ms))

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listenTcp(server, { port: 0, address: '127.0.0.1', purpose: 'rsync daemon' })
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** The greeting of the daemon on this port, or undefined when nothing answers. */
function greet(port: number): Promise<Greeting | undefined> {
  return new Promise((resolve) => {
    const reader = new HandshakeReader()
    const socket = connect({ port, host: '127.0.0.1' })
    const settle = (found?: Greeting) => {
      socket.destroy()
      resolve(found)
    }
    socket.setTimeout(2000, () => settle())
    socket.on('error', () => settle())
    socket.on('close', () => settle())
    const here = { address: '127.0.0.1', port }
    socket.on('connect', () => socket.write(encodeProxyHeader(here, here)))
    socket.on('data', (bytes) => {
      reader.push(bytes)
      const line = reader.line()
      if (line !== undefined) settle(parseGreeting(line))
    })
  })
}

/**
 * Makes the named pipe and reads lines from it. Opened for writing too, so that it never ends; a pipe, not a
 * file, because rsync takes nothing but a path and the log must not fill the disk.
 */
async function openPipe(path: string, onLine: (line: string) => void): Promise<Socket> {
  await rm(path, { force: true })
  const made = await spawnChild({
    command: 'mkfifo',
    args: ['-m', '600', path],
    debianPackage: 'coreutils',
  }).exited
  if (made !== 0)
    throw new LinboError(errorCode.folder, `cannot make the named pipe ${path}`, {
      fix: 'The data directory must be on a local file system that we may write to.',
    })
  const fd = await promisify(open)(path, constants.O_RDWR | constants.O_NONBLOCK)
  let socket: Socket
  try {
    socket = new Socket({ fd, readable: true, writable: false })
  } catch (error) {
    close(fd)
    throw error
  }
  let held = ''
  socket.on('data', (bytes: Buffer) => {
    const lines = (held + bytes.toString('latin1')).split('\n')
    held = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
  socket.on('error', () => {})
  return socket
}
