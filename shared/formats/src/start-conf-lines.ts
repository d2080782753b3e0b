/**
 * One line of a start.conf as the client's shell sees it. A key's `comment` has the blanks before it. `dropped` is a line that looks meant to count but
 * does not begin in column 1; `stray` begins with a letter and is no `Key = value`.
 */
export type Line = { number: number; text: string; hasCarriageReturn: boolean } & (
  | { kind: 'section'; name: string; rest: string }
  | { kind: 'key'; key: string; writtenKey: string; value: string; comment: string }
  | { kind: 'blank' | 'dropped' | 'stray' }
)

/**
 * Splits a start.conf into lines with the rules of the client's shell: sections and keys begin in column 1,
 * a hash followed by a blank starts a comment, keys have no case, runs of blanks count as one.
 */
export function readLines(text: string): Line[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line, index) => readLine(line, index + 1))
}

function readLine(original: string, number: number): Line {
  const hasCarriageReturn = original.endsWith('\r')
  const text = hasCarriageReturn ? original.slice(0, -1) : original
  const base = { number, text, hasCarriageReturn }
  const commentAt = text.search(/#[ \t]/)
  const seen = commentAt < 0 ? text : text.slice(0, commentAt)

  if (seen.startsWith('[')) {
    const end = seen.indexOf(']')
    const name = seen.slice(1, end < 0 ? undefined : end).toLowerCase()
    return { ...base, kind: 'section', name, rest: end < 0 ? ']?' : seen.slice(end + 1).trim() }
  }
  if (/^[A-Za-z]/.test(seen)) {
    const equals = seen.indexOf('=')
    if (equals < 0) return { ...base, kind: 'stray' }
    const writtenKey = seen.slice(0, equals).trim()
    const value = collapse(seen.slice(equals + 1))
    const comment = commentAt < 0 ? '' : text.slice(seen.trimEnd().length)
    return { ...base, kind: 'key', key: writtenKey.toLowerCase(), writtenKey, value, comment }
  }
  const looksMeant = /^\s+(\[|[A-Za-z]\w*\s*=)/.test(seen)
  return { ...base, kind: looksMeant ? 'dropped' : 'blank' }
}

function collapse(value: string): string {
  return value.replace(/[ \t]+/g, ' ').trim()
}

/** Why the client could not take this value, or undefined. The client sources `key="value"` as root. */
export function refusedInValue(value: string): string | undefined {
  const found = value.match(/["$`\\]/)?.[0]
  if (found) return `${found} would be interpreted by the client's shell`
  if (/[\x00-\x1f\x7f]/.test(value)) return 'it contains a control character'
  return undefined
}

/** True when the client's shell can take the key as a variable name. */
export function isShellName(key: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_]*$/.test(key)
}
