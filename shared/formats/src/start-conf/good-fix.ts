import { applyEdits } from './line-edit.ts'
import type { Problem, StartConf } from './start-conf.ts'

/** So much text is read again to try fixes out; a file that needs more has its last fixes by hand. */
const mostCharacters = 1_000_000

/**
 * Leaves only fixes that help: fewer problems of that kind, and no more errors than before. A line that
 * counts all at once can bring up what was hidden. A key is not written anew while it stands indented with its value.
 * @param check the problems of a changed text.
 */
export function withGoodFixes(conf: StartConf, check: (text: string) => Problem[]): Problem[] {
  const errors = countErrors(conf.problems)
  let characters = 0
  return conf.problems.map((problem) => {
    if (problem.edits.length === 0) return problem
    characters += conf.text.length
    const isGood = characters <= mostCharacters && helps(problem)
    return isGood ? problem : { ...problem, edits: [], isSafe: false }
  })

  function helps({ code, edits }: Problem): boolean {
    const after = check(applyEdits(conf.text, edits))
    const isFewer = countOf(after, code) < countOf(conf.problems, code)
    const leavesIndented =
      code === indented || countReturning(after) >= countReturning(conf.problems)
    return isFewer && leavesIndented && countErrors(after) <= errors
  }
}

export function countErrors(problems: readonly Problem[]): number {
  return problems.filter((problem) => problem.severity === 'error').length
}

const indented = 'indented-line'

/** How many indented lines can count again without meeting another of the same key. */
function countReturning(problems: readonly Problem[]): number {
  return problems.filter(({ code, isSafe }) => code === indented && isSafe).length
}

function countOf(problems: readonly Problem[], code: string): number {
  return problems.filter((problem) => problem.code === code).length
}
