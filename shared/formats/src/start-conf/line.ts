/** A line of a start.conf, which is also what the client's shell sees of it. */
export type Line = LineText &
  (
    | { kind: 'section'; name: string; rest: string }
    | KeyPart
    | { kind: 'blank' | 'comment' | 'indented' | 'ignored' | 'stray' }
  )

interface LineText {
  /** From 1. */
  number: number
  /** Without its line end. */
  text: string
  /** `\n`, `\r\n`, and after the last line of a file also nothing or `\r`. */
  end: string
}

interface KeyPart {
  kind: 'key'
  /** In lower case. */
  key: string
  writtenKey: string
  /** As the shell takes it: without comment, blanks collapsed. */
  value: string
  /** Where the value stands in the text, from 0; both the same when it is empty. */
  valueStart: number
  valueEnd: number
}

export type KeyLine = LineText & KeyPart
export type SectionLine = Extract<Line, { kind: 'section' }>

const byteOrderMark = '\ufeff'

/**
 * Splits a start.conf into lines with the rules of the client's shell: sections and keys begin in column 1 and keys with a letter, a hash
 * followed by a blank starts a comment, keys have no case, runs of blanks count as one. A byte order mark and CR LF are looked through, so that
 * the rest of such a file can still be read. `indented` lines look meant to count but do not begin in column 1, `stray` ones begin with a
 * letter and are no `Key = value`, `ignored` is all else that is neither blank nor a comment.
 */
export function readLines(text: string): Line[] {
  const rows = text.split('\n')
  const last = rows.length - 1
  const lines = rows.map((row, index) => readLine(row, index + 1, index < last ? '\n' : ''))
  if (rows[last] === '') lines.pop()
  return lines
}

/** The text of these lines, byte for byte. */
export function printLines(lines: readonly Line[]): string {
  return lines.map((line) => line.text + line.end).join('')
}

function readLine(row: string, number: number, lineFeed: string): Line {
  const isDos = row.endsWith('\r')
  const text = isDos ? row.slice(0, -1) : row
  const base = { number, text, end: (isDos ? '\r' : '') + lineFeed }
  const start = number === 1 && text.startsWith(byteOrderMark) ? 1 : 0
  const commentAt = text.indexOf('# ')
  const seen = text.slice(start, commentAt < 0 ? undefined : commentAt)

  if (seen.startsWith('[')) {
    const end = seen.indexOf(']')
    const name = seen.slice(1, end < 0 ? undefined : end).toLowerCase()
    return { ...base, kind: 'section', name, rest: end < 0 ? ']?' : trim(seen.slice(end + 1)) }
  }
  if (/^[A-Za-z]/.test(seen)) {
    const equals = seen.indexOf('=')
    if (equals < 0) return { ...base, kind: 'stray' }
    const writtenKey = trim(seen.slice(0, equals))
    const written = seen.slice(equals + 1)
    const trimmed = trim(written)
    const valueStart = start + equals + 1 + (trimmed === '' ? 0 : leadingBlanks(written))
    const valueEnd = valueStart + trimmed.length
    const value = trimmed.replace(/[ \t]+/g, ' ')
    const key = writtenKey.toLowerCase()
    return { ...base, kind: 'key', key, writtenKey, value, valueStart, valueEnd }
  }
  return { ...base, kind: kindOfOther(seen, commentAt >= 0) }
}

function kindOfOther(
  seen: string,
  hasComment: boolean,
): 'blank' | 'comment' | 'indented' | 'ignored' {
  const meant = trim(seen)
  if (meant === '') return hasComment ? 'comment' : 'blank'
  if (meant.startsWith('#')) return 'comment'
  const isIndented = meant.length < seen.trimEnd().length && /^[ \t]/.test(seen)
  return isIndented && (meant.startsWith('[') || /^[A-Za-z][^=]*=/.test(meant))
    ? 'indented'
    : 'ignored'
}

/** Blanks and tabs are what the shell trims; a no-break space stays in the value. */
export function trim(text: string): string {
  let end = text.length
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--
  let start = 0
  while (start < end && isBlank(text.charCodeAt(start))) start++
  return text.slice(start, end)
}

function leadingBlanks(text: string): number {
  let count = 0
  while (isBlank(text.charCodeAt(count))) count++
  return count
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** The characters of a value that the client's shell interprets: it sources `key="value"` as root. */
export function shellCharacters(value: string): string[] {
  return [...new Set(value.match(/["$`\\]/g) ?? [])]
}

/** True when the client's shell can take the key as a variable name. */
export function isShellName(key: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_]*$/.test(key)
}
