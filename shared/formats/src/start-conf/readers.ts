import { type Line, readLines, trim } from './line.ts'

/** Who reads a start.conf: the client's shell and GUI, linuxmuster's importer, its WebUI. */
export const readers = ['shell', 'gui', 'importer', 'webui'] as const
export type Reader = (typeof readers)[number]

/** A section as one reader sees it. */
export interface SeenSection {
  /** In lower case. */
  name: string
  line: number
  /** Keys in lower case with their values, blanks collapsed; a key the reader cannot read is not there. */
  keys: Map<string, string>
}

/**
 * What one reader sees of a start.conf. They agree on a file without problems; where they do not, a rule says so.
 * Keys and names are lower case here, except that a reader does not see what is not in the case it looks for.
 */
export function readStartConfAs(text: string, reader: Reader): SeenSection[] {
  const lines = readLines(text.replace(/^\ufeff/, ''))
  if (reader === 'shell') return asShell(lines)
  if (reader === 'gui') return asGui(lines)
  return reader === 'importer' ? asImporter(lines) : asWebui(lines)
}

function asShell(lines: Line[]): SeenSection[] {
  const sections: SeenSection[] = []
  for (const line of lines) {
    if (line.kind === 'section') sections.push(section(line.name, line.number))
    else if (line.kind === 'key') sections.at(-1)?.keys.set(line.key, line.value)
  }
  return sections
}

/** Everything behind the first hash is a comment; any line with `=` is a key, indented or not. */
function asGui(lines: Line[]): SeenSection[] {
  const sections: SeenSection[] = []
  for (const { text, number } of lines) {
    const seen = collapse(beforeHash(text))
    if (text.startsWith('['))
      sections.push(section(seen.replace(/[[\]]/g, '').toLowerCase(), number))
    else {
      const equals = seen.indexOf('=')
      if (equals > 0)
        setKeyOf(sections, seen.slice(0, equals).toLowerCase(), seen.slice(equals + 1))
    }
  }
  return sections
}

/**
 * A strict ini parser: an indented line goes on with the value before, a key that stands twice cannot be read,
 * ` #` and ` ;` begin comments, and then everything behind a hash goes too. `[LINBO]` must be written like that.
 */
function asImporter(lines: Line[]): SeenSection[] {
  const sections: SeenSection[] = []
  const twice: Set<string>[] = []
  let open: { key: string } | undefined
  for (const { text, number } of lines) {
    const seen = withoutIniComment(text)
    if (trim(seen) === '') continue
    const here = sections.at(-1)
    if (open && here && /^[ \t]/.test(seen)) {
      here.keys.set(open.key, collapse(`${here.keys.get(open.key) ?? ''} ${seen}`))
      continue
    }
    const heading = trim(seen).match(/^\[([^\]]+)\]/)?.[1]
    if (heading !== undefined) {
      open = undefined
      sections.push(section(importerName(heading), number))
      twice.push(new Set())
      continue
    }
    const equals = seen.indexOf('=')
    if (equals < 0 || !here) continue
    const key = trim(seen.slice(0, equals)).toLowerCase()
    if (here.keys.has(key)) twice.at(-1)?.add(key)
    here.keys.set(key, collapse(seen.slice(equals + 1)))
    open = { key }
  }
  for (const [index, keys] of twice.entries())
    for (const key of keys) sections[index]?.keys.delete(key)
  return sections
}

function importerName(heading: string): string {
  const name = heading.toLowerCase()
  return name === 'linbo' && heading !== 'LINBO' ? `other: ${name}` : name
}

/** Keys and the names of sections are only known in their own case; keys are lower case here all the same. */
function asWebui(lines: Line[]): SeenSection[] {
  const sections: SeenSection[] = []
  for (const { text, number } of lines) {
    const seen = trim(beforeHash(text))
    if (seen.startsWith('[') && seen.endsWith(']')) {
      const name = seen.slice(1, -1)
      const isKnown = ['[LINBO]', '[Partition]', '[OS]'].includes(text)
      sections.push(section(isKnown ? name.toLowerCase() : `other: ${name}`, number))
    } else {
      const equals = seen.indexOf('=')
      if (equals > 0)
        setKeyOf(sections, seen.slice(0, equals).toLowerCase(), seen.slice(equals + 1))
    }
  }
  return sections
}

function section(name: string, line: number): SeenSection {
  return { name, line, keys: new Map() }
}

function setKeyOf(sections: SeenSection[], key: string, value: string): void {
  sections.at(-1)?.keys.set(trim(key), collapse(value))
}

function collapse(text: string): string {
  return trim(text.replace(/[ \t]+/g, ' '))
}

function beforeHash(text: string): string {
  const at = text.indexOf('#')
  return at < 0 ? text : text.slice(0, at)
}

function withoutIniComment(text: string): string {
  if (/^[ \t]*[#;]/.test(text)) return ''
  const at = text.search(/[ \t];|#/)
  return at < 0 ? text : text.slice(0, at)
}
