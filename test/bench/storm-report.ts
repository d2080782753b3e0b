import { type BootPart, bootParts } from '@linbo/simulator'
import type { StormLine } from './storm-task.ts'
import { printTable, type Report, type Result } from './support/turns.ts'

/** How many machines, in how many processes, and the sizes of files in MB. */
export interface StormShape {
  machines: number
  rooms: number
  kernel: number
  initramfs: number
  gui: number
}

/** What one storm brought. */
export interface Storm {
  /** Whose storm it was. */
  name: string
  lines: StormLine[]
  /** Processor time of the server and its children. */
  serverSeconds: number
  /** Most memory of the server's main processes. */
  megabytes: number
}

interface Spread {
  median: number
  p95: number
  worst: number
}

/** A table of what machines waited for, when they were ready, what it cost, and the slowest step by name. */
export function stormReport(shape: StormShape, storms: Storm[]): Report {
  const rows = [...bootParts.map((part) => [part, (storm: Storm) => waits(storm, part)] as const)]
  const times = rows.map(([part, of]) => [part, ...storms.map((storm) => printSpread(of(storm)))])
  const ready = ['LINBO ready', ...storms.map((storm) => printSpread(readyMs(storm)))]
  const facts = storms.map((storm) => factsOf(shape, storm))
  const lines = [
    ['machines wait for, in s', ...storms.map((storm) => `${storm.name}: median / p95 / worst`)],
    ...times,
    ready,
    ...Object.keys(facts[0]!).map((name) => [name, ...facts.map((one) => print(one[name]!))]),
  ]
  const size = `kernel ${shape.kernel} MB, initramfs ${shape.initramfs} MB, GUI ${shape.gui} MB`
  const head = `${shape.machines} machines at once, played by ${shape.rooms} processes; ${size}`
  const slowest = storms.flatMap(sayings)
  return {
    text: [head, '', printTable(lines), '', ...slowest].join('\n'),
    results: resultsOf(storms, facts),
  }
}

/** Everything a machine waited for in this part, summed over its occurrences, for each machine that came to it. */
function waits(storm: Storm, part: BootPart): number[] {
  const sums = new Map<string, number>()
  for (const line of storm.lines) {
    if (line.kind !== 'part' || line.part !== part) continue
    sums.set(line.hostname, (sums.get(line.hostname) ?? 0) + line.ms)
  }
  return [...sums.values()]
}

const readyMs = ({ lines }: Storm) =>
  lines.flatMap((line) => (line.kind === 'ready' ? line.ms : []))

function spread(values: number[]): Spread | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1]!
  return sorted.length > 0 ? { median: at(0.5), p95: at(0.95), worst: at(1) } : undefined
}

function printSpread(values: number[]): string {
  const found = spread(values)
  if (!found) return '–'
  return [found.median, found.p95, found.worst].map((ms) => (ms / 1000).toFixed(2)).join(' / ')
}

const print = (value: number) => value.toFixed(value >= 100 || Number.isInteger(value) ? 0 : 1)

function factsOf(shape: StormShape, storm: Storm): Record<string, number> {
  const ready = readyMs(storm)
  const seconds = Math.max(...ready, 1) / 1000
  const cpu = storm.lines.flatMap((line) => (line.kind === 'cpu' ? line : []))
  const megabytes = shape.kernel + shape.initramfs + shape.gui
  return {
    'machines that failed': shape.machines - ready.length,
    'kernel, initramfs and GUI, MB/s': (ready.length * megabytes) / seconds,
    'server, CPU s': storm.serverSeconds,
    'simulators, CPU s': cpu.reduce((sum, one) => sum + one.ownSeconds, 0),
    'their rsync programs, CPU s': cpu.reduce((sum, one) => sum + one.rsyncSeconds, 0),
    'server, peak MB': storm.megabytes,
  }
}

/** The slowest step, and why machines failed. */
function sayings(storm: Storm): string[] {
  const sums = bootParts.map((part) => {
    const all = waits(storm, part)
    return { part, sum: all.reduce((sum, ms) => sum + ms, 0), spread: spread(all) }
  })
  const whole = sums.reduce((sum, one) => sum + one.sum, 0)
  const slowest = sums.reduce((most, one) => (one.sum > most.sum ? one : most))
  const percent = ((slowest.sum * 100) / whole).toFixed(0)
  const seconds = ((slowest.spread?.median ?? 0) / 1000).toFixed(1)
  const reasons = new Map<string, number>()
  for (const line of storm.lines) {
    if (line.kind !== 'failed') continue
    const reason = line.reason.replaceAll(/sim\d+/g, 'simNNN')
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  }
  return [
    `${storm.name}: the slowest step is ${slowest.part}, ${percent} % of the waiting, ${seconds} s in the middle`,
    ...[...reasons].map(([reason, count]) => `${storm.name}: ${count} failed: ${reason}`),
  ]
}

function resultsOf(storms: Storm[], facts: Record<string, number>[]): Result[] {
  const spreads = [
    ...bootParts.map((part) => ({
      name: part as string,
      of: (storm: Storm) => waits(storm, part),
    })),
    { name: 'LINBO ready', of: readyMs },
  ]
  const results: Result[] = []
  const add = (name: string, unit: string, of: (storm: Storm, index: number) => number[]) => {
    const samples = Object.fromEntries(storms.map((storm, index) => [storm.name, of(storm, index)]))
    results.push({ case: name, unit, samples, ratio: 'none' })
  }
  for (const { name, of } of spreads) {
    for (const which of ['median', 'p95', 'worst'] as const) {
      add(`${name}, ${which}`, 'ms', (storm) => {
        const found = spread(of(storm))
        return found ? [found[which]] : []
      })
    }
  }
  for (const name of Object.keys(facts[0] ?? {}))
    add(name, '', (_, index) => [facts[index]![name]!])
  return results
}
