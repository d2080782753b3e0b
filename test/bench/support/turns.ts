/** One of the programs compared in a case. */
export interface Contender {
  name: string
  /** A speed, higher is better; undefined when it cannot do this at all. */
  measure(): Promise<number | undefined>
}

export interface Case {
  name: string
  unit: string
  /** Ours is the first. */
  contenders: Contender[]
}

export interface Result {
  case: string
  unit: string
  /** What was measured, by contender, in the order of the rounds. */
  samples: Record<string, number[]>
  /** `lower` where less is better; `none` where a ratio says nothing. Else more is better. */
  ratio?: 'lower' | 'none'
}

/** Results that are better told than in one table of cases. */
export interface Report {
  text: string
  results: Result[]
}

/** How long one case may take; rounds that would not fit are left out. */
const caseMs = 25_000

/**
 * Measures everybody once per round, in turns, because the machine's own speed changes with time; the order
 * moves on by one each round.
 */
export async function inTurns(one: Case, rounds: number): Promise<Result> {
  const begun = performance.now()
  const samples: Record<string, number[]> = {}
  const able = [...one.contenders]
  for (const { name } of able) samples[name] = []
  for (let round = 0; round < rounds; round++) {
    const spentMs = performance.now() - begun
    if (round > 0 && spentMs + spentMs / round > caseMs) break
    for (let turn = 0; turn < able.length; turn++) {
      const contender = able[(turn + round) % able.length]!
      const speed = await contender.measure()
      if (speed !== undefined) samples[contender.name]!.push(speed)
    }
    for (let index = able.length - 1; index >= 0; index--) {
      if (samples[able[index]!.name]!.length === 0) able.splice(index, 1)
    }
  }
  return { case: one.name, unit: one.unit, samples }
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  if (sorted.length % 2 === 1) return sorted[middle]!
  return (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** How much faster ours was than that rival: the median over the rounds of the two next to each other. */
export function ratioTo(result: Result, rival: string): number | undefined {
  const [ours = []] = Object.values(result.samples)
  const theirs = result.samples[rival] ?? []
  if (result.ratio === 'none') return undefined
  if (theirs.length === 0 || theirs.length !== ours.length) return undefined
  const ratio = median(ours.map((speed, round) => speed / theirs[round]!))
  return result.ratio === 'lower' ? 1 / ratio : ratio
}

/** A table in Markdown: medians, and how ours compares with each rival. */
export function table(results: Result[]): string {
  const names = [...new Set(results.flatMap((result) => Object.keys(result.samples)))]
  const rows = results.map((result) => {
    const rivals = Object.keys(result.samples).slice(1)
    const ratios = rivals.flatMap((rival) => ratioTo(result, rival) ?? [])
    const cells = names.map((name) => cell(result, name))
    const least = ratios.length > 0 ? Math.min(...ratios).toFixed(2) : ''
    return [`${result.case} (${result.unit})`, ...cells, least]
  })
  return printTable([['case', ...names, 'ours to the best'], ...rows])
}

/** Markdown; the first line is the head. */
export function printTable(lines: string[][]): string {
  const widths = lines[0]!.map((_, column) =>
    Math.max(...lines.map((line) => line[column]!.length), 3),
  )
  const print = (line: string[]) =>
    `| ${line.map((text, column) => text.padEnd(widths[column]!)).join(' | ')} |`
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  return [print(lines[0]!), rule, ...lines.slice(1).map(print)].join('\n')
}

function cell(result: Result, name: string): string {
  const samples = result.samples[name] ?? []
  if (samples.length === 0) return 'n/a'
  const speed = median(samples)
  const shown = speed.toFixed(speed >= 100 ? 0 : speed >= 10 || Number.isInteger(speed) ? 1 : 2)
  const ratio = name === Object.keys(result.samples)[0] ? undefined : ratioTo(result, name)
  return ratio === undefined ? shown : `${shown} (×${ratio.toFixed(2)})`
}
