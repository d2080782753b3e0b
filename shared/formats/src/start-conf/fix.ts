import { applyEdits, type LineEdit, StartConfError } from './line-edit.ts'
import { type Problem, parseStartConf, type StartConfOptions } from './start-conf.ts'

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
  let current = text
  for (let round = 0; round < mostRounds; round++) {
    const edits: LineEdit[] = []
    const touched = new Set<number>()
    for (const problem of parseStartConf(current, options).problems) {
      if (!problem.isSafe || meets(problem.edits, touched)) continue
      for (const edit of problem.edits) for (const line of linesOf(edit)) touched.add(line)
      edits.push(...problem.edits)
      fixed.push(problem)
    }
    if (edits.length === 0) break
    current = applyEdits(current, edits)
  }
  return { text: current, fixed }
}

function meets(edits: readonly LineEdit[], touched: ReadonlySet<number>): boolean {
  return edits.some((edit) => linesOf(edit).some((line) => touched.has(line)))
}

function linesOf({ line, was }: LineEdit): number[] {
  return Array.from({ length: Math.max(was.length, 1) }, (_, index) => line + index)
}
