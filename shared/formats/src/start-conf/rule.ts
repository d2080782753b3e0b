import type { CheckedConf } from './checked.ts'
import type { KeyLine, Line } from './line.ts'
import type { LineEdit } from './line-edit.ts'
import type { Section } from './section.ts'
import type { Problem, Severity } from './start-conf.ts'

/** One thing a start.conf can have wrong. `{name}` in `message` and `fix` is filled from a finding's values. */
export interface Rule {
  code: string
  severity: Severity
  message: string
  fix: string
  /** What really happens on the client. */
  explanation: string
  check(conf: CheckedConf): Iterable<Finding>
}

export interface Finding {
  at: Span
  values?: Record<string, string | number>
  edits?: LineEdit[]
  isSafe?: boolean
  /** When it is not that of the rule. */
  severity?: Severity
}

/** A part of a line, columns from 0. */
export interface Span {
  line: number
  start: number
  end: number
}

/** More findings of one rule than this tell nobody anything. */
const mostPerRule = 100

export function findingsOf(rule: Rule, conf: CheckedConf): Problem[] {
  const problems: Problem[] = []
  for (const finding of rule.check(conf)) {
    problems.push(toProblem(rule, finding))
    if (problems.length === mostPerRule) break
  }
  return problems
}

function toProblem(rule: Rule, finding: Finding): Problem {
  const { at, values = {}, edits = [], isSafe = false } = finding
  return {
    code: rule.code,
    severity: finding.severity ?? rule.severity,
    line: at.line,
    column: at.start + 1,
    endLine: at.line,
    endColumn: at.end + 1,
    message: fill(rule.message, values),
    explanation: rule.explanation,
    fix: fill(rule.fix, values),
    edits,
    isSafe: isSafe && edits.length > 0,
    values,
  }
}

function fill(template: string, values: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name) => shown(values[name] ?? whole))
}

/** A value as a message shows it: short, and without what would spoil a terminal. */
function shown(value: string | number): string {
  const text = String(value).replace(/[\x00-\x1f\x7f-\x9f]/g, '?')
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

/** The whole line, without the blanks around it. */
export function onLine(line: Line | undefined): Span {
  if (!line) return { line: 1, start: 0, end: 0 }
  const end = line.text.trimEnd().length
  const start = Math.min(line.text.length - line.text.trimStart().length, end)
  return { line: line.number, start, end }
}

/** The value of a key; the whole line when it has none. */
export function onValue(line: KeyLine): Span {
  if (line.valueStart === line.valueEnd) return onLine(line)
  return { line: line.number, start: line.valueStart, end: line.valueEnd }
}

/** The value of a section's key, or its heading when the key is missing. */
export function onKey(section: Pick<Section, 'heading' | 'keys'>, key: string): Span {
  const line = section.keys.get(key)
  return line ? onValue(line) : onLine(section.heading)
}
