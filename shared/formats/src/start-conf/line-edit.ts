import type { KeyLine, Line } from './line.ts'

/** Whole lines, split at `\n`, replaced by others. */
export interface LineEdit {
  /** The first line replaced, from 1. */
  line: number
  /** The lines as they stand; none to insert before `line`. */
  was: string[]
  /** What comes instead; none to remove them. */
  text: string[]
}

/** A change that cannot be made to a start.conf. */
export class StartConfError extends Error {
  override readonly name = 'StartConfError'
}

/**
 * Makes these edits, which count lines as in the given text.
 * @throws StartConfError when the text is not the one they were made for, or two of them meet.
 */
export function applyEdits(text: string, edits: readonly LineEdit[]): string {
  const rows = text.split('\n')
  const done: string[] = []
  let next = 0
  for (const edit of edits.toSorted((a, b) => a.line - b.line)) {
    const first = edit.line - 1
    if (first < next || edit.was.some((row, index) => rows[first + index] !== row))
      throw new StartConfError(`line ${edit.line} is no longer what this change was made for`)
    for (; next < first; next++) done.push(rows[next] ?? '')
    for (const row of edit.text) done.push(row)
    next = first + edit.was.length
  }
  for (; next < rows.length; next++) done.push(rows[next] ?? '')
  return done.join('\n')
}

/** The line as an edit names it. */
export function rowOf(line: Line): string {
  return line.text + carriageReturn(line)
}

export function carriageReturn(line: Line): string {
  return line.end.startsWith('\r') ? '\r' : ''
}

export function replaceLine(line: Line, text: string): LineEdit {
  return { line: line.number, was: [rowOf(line)], text: [text + carriageReturn(line)] }
}

export function removeLine(line: Line): LineEdit {
  return { line: line.number, was: [rowOf(line)], text: [] }
}

/** Keeps what a line says without it counting. */
export function commentOut(line: Line): LineEdit {
  return replaceLine(line, `# ${line.text}`)
}

export function insertAfter(line: Line, texts: readonly string[]): LineEdit {
  const added = texts.map((text) => text + carriageReturn(line))
  return { line: line.number, was: [rowOf(line)], text: [rowOf(line), ...added] }
}

/** Changes a value and keeps how the line is written, with its comment. */
export function setValue(line: KeyLine, value: string): LineEdit {
  return replaceLine(line, withValue(line, value))
}

export function withValue(line: KeyLine, value: string): string {
  const before = line.text.slice(0, line.valueStart)
  const after = line.text.slice(line.valueEnd)
  if (value === '') return before.trimEnd() + (after.trim() === '' ? '' : after)
  if (line.valueStart !== line.valueEnd) return before + value + after
  const isSpaced = / =$/.test(before)
  const comment = after.trim() === '' ? '' : after
  return `${before}${isSpaced ? ' ' : ''}${value}${comment}`
}

/** Changes how a key is written and keeps the rest of the line. */
export function setWrittenKey(line: KeyLine, key: string): LineEdit {
  const at = line.text.indexOf(line.writtenKey)
  const text = line.text.slice(0, at) + key + line.text.slice(at + line.writtenKey.length)
  return replaceLine(line, text)
}

export function assignment(key: string, value: string): string {
  return value === '' ? `${key} =` : `${key} = ${value}`
}
