import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { StartConf } from '@linbo/formats'
import type { MachineIdentity, ServerAddress, Timed } from './machine.ts'
import { pause } from './pause.ts'
import { flags, rsyncDown } from './rsync.ts'

/** The machine that a command runs on, as far as commands need it. */
export interface Workbench {
  machine: MachineIdentity
  server: ServerAddress
  startConf: StartConf
  timed: Timed
  /** Stands for the machine's file system: `tmp/` is /tmp, `cache/` the cache partition, `disk/` the other ones. */
  directory: string
  /** How much of the real time a step takes: 1 as a slow PC, 0 at once. */
  pace: number
  /** Shows text to whoever runs the command, and keeps it for /tmp/linbo.log. */
  write(text: string): void
  /** Shows a file's bytes to whoever runs the command, and to nobody else. */
  print(bytes: Uint8Array): void
  /** What was written since the log was last sent, which begins anew. */
  takeLog(): string
  /** Aborts when the command is killed or the machine leaves LINBO. */
  signal: AbortSignal
}

/** Why a command was ended from outside while the machine stays on. */
export class Killed extends Error {
  override readonly name = 'Killed'
}

/** How a command ends: with an exit code, or by leaving LINBO. */
export type Outcome = number | 'start' | 'reboot' | 'halt'

export type Leaving = Exclude<Outcome, number>

/** A path on the machine as one on ours. */
export function at(bench: { directory: string }, ...parts: string[]): string {
  return join(bench.directory, join('/', ...parts))
}

/** The line every LINBO script begins with (reference 9). */
export function banner(name: string, words = ''): string {
  const now = new Date().toISOString().replace(/[-:]/g, '')
  return `### ${now.slice(0, 8)}-${now.slice(9, 15)} ${name} ${words}`.trimEnd().concat(' ###\n')
}

/** A milestone of long work: `## <date> : Starting sync of …`. */
export function dated(text: string): string {
  return `## ${new Date().toUTCString()} : ${text}\n`
}

/** `YYYYmmddHHMM`. */
export function stamp(): string {
  return new Date().toISOString().replace(/\D/g, '').slice(0, 12)
}

/** Takes as long as a PC would for something of `ms` milliseconds. @throws the signal's reason when killed. */
export function work(bench: Workbench, ms: number): Promise<void> {
  return pause(ms * bench.pace, bench.signal)
}

/** qemu-img's progress, ended by carriage returns (reference 9.3). */
export async function percentages(bench: Workbench, ms: number): Promise<void> {
  for (let percent = 0; percent <= 100; percent += 4) {
    bench.write(`    (${percent.toFixed(2)}/100%)\r`)
    await work(bench, ms / 25)
  }
  bench.write('\n')
}

/** Downloads one file or directory of module `linbo`. @returns rsync's exit code. */
export function download(
  bench: Workbench,
  path: string,
  to: string,
  shape: string[] = flags.download,
): Promise<number> {
  const { machine, server, signal } = bench
  return rsyncDown(machine, server, { flags: shape, from: `linbo/${path}`, to, signal })
}

/**
 * Leaves a file in /tmp and asks the server for it, so that the server fetches it over SSH while we wait; then it is
 * gone (reference 2.8).
 */
export async function sendFile(bench: Workbench, name: string, content: string | Uint8Array) {
  const file = at(bench, 'tmp', name)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
  bench.write(`Requesting upload of /tmp/${name} ...\n`)
  try {
    await download(bench, `/tmp/${name}`, at(bench, 'tmp', 'dummy'), flags.request)
  } finally {
    await rm(file, { force: true })
  }
}

/** Sends /tmp/linbo.log; a line that came before is dropped, as LINBO does. */
export function sendLog(bench: Workbench): Promise<void> {
  const lines = new Set(bench.takeLog().split(/[\r\n]+/))
  return bench.timed('log', () => sendFile(bench, 'linbo.log', `${[...lines].join('\n')}\n`))
}
