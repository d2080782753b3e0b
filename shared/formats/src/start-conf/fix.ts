import { countErrors } from './good-fix.ts'
import { applyEdits, type LineEdit, StartConfError } from './line-edit.ts'
import {
  type Problem,
  parseStartConf,
  type StartConf,
  type StartConfOptions,
} from './start-conf.ts'

/**
 * Does what a problem's `fix` says.
 * @throws StartConfError when there is no computed fix, or the text is not the one the problem was found in.
 */
export function applyFix(text: string, problem: Pick<Problem, 'code' | 'edits'>): string {
  if (problem.edits.length === 0)
    throw new StartConfError(`${problem.code} has to be mended by hand`)
  return applyEdits(text, problem.edits)
}

/** Mending one thing may bring up another; a file that is not done by then goes round in circles. */
const mostRounds = 50

/** Applies every fix that is safe, until there is none left. */
export function fixAll(
  text: string,
  options: StartConfOptions = {},
): { text: string; fixed: Problem[] } {
  const fixed: Problem[] = []
  let conf = parseStartConf(text, options)
  for (let round = 0; round < mostRounds; round++) {
    const safe = apart(conf.problems.filter((problem) => problem.isSafe))
    const [first] = safe
    if (!first) break
    const together = applyAll(conf, safe, options)
    // Each of them helps alone; where they do not go together, one is enough for this round.
    const isWorse = countErrors(together.problems) > countErrors(conf.problems)
    fixed.push(...(isWorse ? [first] : safe))
    conf = isWorse ? applyAll(conf, [first], options) : together
  }
  return { text: conf.text, fixed }
}

function applyAll(conf: StartConf, problems: Problem[], options: StartConfOptions): StartConf {
  const edits = problems.flatMap((problem) => problem.edits)
  return parseStartConf(applyEdits(conf.text, edits), options)
}

/** Those whose edits do not meet those of one before. */
function apart(problems: readonly Problem[]): Problem[] {
  const touched = new Set<number>()
  return problems.filter((problem) => {
    const lines = problem.edits.flatMap(linesOf)
    if (lines.some((line) => touched.has(line))) return false
    for (const line of lines) touched.add(line)
    return true
  })
}

function linesOf({ line, was }: LineEdit): number[] {
  return Array.from({ length: Math.max(was.length, 1) }, (_, index) => line + index)
}
