import { existsSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Child, spawnChild } from '@linbo/runtime'

/** Where compiled programs are kept between runs; git ignores it. */
const cache = join(import.meta.dirname, '..', '.cache')

export interface Ran {
  code: number
  seconds: number
  output: string
}

/** Runs a program to its end. */
export async function run(
  command: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  const lines: string[] = []
  const begun = performance.now()
  const child = spawnChild({ command, args, ...options, onLine: (line) => lines.push(line) })
  const code = await child.exited
  return { code, seconds: (performance.now() - begun) / 1000, output: lines.join('\n') }
}

/** @throws Error with what it printed, when the program exits with anything but 0. */
export async function mustRun(...words: Parameters<typeof run>): Promise<Ran> {
  const ran = await run(...words)
  if (ran.code === 0) return ran
  throw new Error(`${words[0]} ${words[1].join(' ')} ended with ${ran.code}:\n${ran.output}`)
}

/** Compiles a C program, named from the folder above this one, unless that was done. @returns its path */
export async function compile(source: string): Promise<string> {
  const from = join(import.meta.dirname, '..', source)
  const program = join(cache, basename(source, '.c'))
  await mkdir(cache, { recursive: true })
  const isCurrent =
    existsSync(program) && (await stat(program)).mtimeMs > (await stat(from)).mtimeMs
  if (!isCurrent) await mustRun('cc', ['-O2', '-Wall', '-o', program, from])
  return program
}

/** Servers that run now; `stopServers` ends them. */
const servers = new Set<Child>()

/** Starts a server and waits until `isUp` says yes. @throws Error when it ends or stays silent for 20 s. */
export async function startServer(options: {
  command: string
  args: string[]
  env?: Record<string, string>
  cwd?: string
  isUp(): Promise<boolean>
}): Promise<Child> {
  const printed: string[] = []
  const child = spawnChild({
    ...options,
    // Without a shell's PATH, programs like mkfifo would be missing.
    env: { PATH: process.env.PATH ?? '', ...options.env },
    onLine: (line) => {
      printed.push(line)
      if (printed.length > 20) printed.shift()
    },
  })
  servers.add(child)
  const ended = child.exited.then((code) => code)
  const deadline = performance.now() + 60_000
  while (performance.now() < deadline) {
    if (await options.isUp()) return child
    const code = await Promise.race([ended, new Promise((next) => setTimeout(next, 25))])
    if (code !== undefined) break
  }
  await child.stop()
  throw new Error(`${options.command} did not start:\n${printed.join('\n')}`)
}

export async function stopServers(): Promise<void> {
  await Promise.all([...servers].map((server) => server.stop()))
  servers.clear()
}
