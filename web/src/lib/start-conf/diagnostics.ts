import type { Problem } from '@linbo/formats'

/** A problem as CodeMirror wants it: offsets instead of lines. */
export interface Mark {
  from: number
  to: number
  severity: 'error' | 'warning' | 'info'
  message: string
  problem: Problem
}

/** Where the problems lie in a text. One that is about a whole line covers what stands in it. */
export function marksOf(text: string, problems: readonly Problem[]): Mark[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  const offset = (line: number, column: number) => {
    const start = starts[line - 1] ?? text.length
    const end = (starts[line] ?? text.length + 1) - 1
    return Math.min(start + column - 1, Math.max(end, start))
  }
  return problems.map((problem) => {
    const from = offset(problem.line, problem.column)
    const to = Math.max(offset(problem.endLine, problem.endColumn), from)
    return { from, to, severity: problem.severity, message: problem.message, problem }
  })
}
