import { spelled } from '../key-names.ts'
import { trim } from '../line.ts'
import { commentOut, replaceLine, rowOf } from '../line-edit.ts'
import { onLine, type Rule } from '../rule.ts'
import { type OpenSection, sectionName } from '../section.ts'
import { spelledHeading } from './section-rules.ts'

export const lineRules: Rule[] = [
  {
    code: 'byte-order-mark',
    severity: 'error',
    message: 'the file begins with a byte order mark',
    fix: 'Save it as UTF-8 without a byte order mark.',
    explanation:
      'The first line does not begin with [ for the client then, so that it finds no [LINBO] section.',
    *check({ lines, text }) {
      const first = lines[0]
      if (!first || !text.startsWith('\ufeff')) return
      const edits = [{ line: 1, was: [rowOf(first)], text: [rowOf(first).replace(/^\ufeff+/, '')] }]
      yield { at: { line: 1, start: 0, end: 1 }, edits, isSafe: true }
    },
  },
  {
    code: 'crlf',
    severity: 'error',
    message: 'lines end in CR LF, and the client would take the CR as part of the value',
    fix: 'Save the file with Unix line ends.',
    explanation:
      'The client cuts lines at LF only. /dev/sda1 with a CR behind it is no device, and "yes" with one is not yes.',
    *check({ lines }) {
      const dos = lines.filter((line) => line.end.startsWith('\r'))
      const first = dos[0]
      if (!first) return
      const edits = dos.map((line) => ({
        line: line.number,
        was: [rowOf(line)],
        text: [line.text.replace(/\r+$/, '')],
      }))
      yield { at: onLine(first), edits, isSafe: true }
    },
  },
  {
    code: 'control-character',
    severity: 'error',
    message: 'the line has the control character {character}',
    fix: 'Remove it.',
    explanation:
      'Control characters become part of the value, and programs that read the file cut lines at different ones.',
    *check({ lines }) {
      for (const line of lines) {
        const at = line.text.search(/[\x00-\x08\x0a-\x1f\x7f]/)
        if (at < 0) continue
        const code = line.text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')
        const isComment = line.kind === 'comment'
        const text = line.text.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, '')
        yield {
          at: { line: line.number, start: at, end: at + 1 },
          values: { character: `U+${code}` },
          severity: isComment ? 'warning' : 'error',
          edits: [replaceLine(line, text)],
          isSafe: isComment,
        }
      }
    },
  },
  {
    code: 'invisible-character',
    severity: 'warning',
    message: 'the line has a blank or sign that cannot be seen, {character}',
    fix: 'Write an ordinary blank, or nothing.',
    explanation:
      'No-break spaces and zero-width signs come with text copied from web pages. The client takes them as letters of the key or value.',
    *check({ lines }) {
      for (const line of lines) {
        const isFirst = line.number === 1 && line.text.startsWith('\ufeff')
        const found = [...line.text.slice(isFirst ? 1 : 0).matchAll(invisible)][0]
        if (!found) continue
        const at = found.index + (isFirst ? 1 : 0)
        const code = line.text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')
        const kept = isFirst ? '\ufeff' : ''
        const rest = line.text.slice(kept.length)
        const text = rest.replace(invisible, (one) => (spaces.test(one) ? ' ' : ''))
        const edits = [replaceLine(line, kept + text)]
        const values = { character: `U+${code}` }
        yield { at: { line: line.number, start: at, end: at + 1 }, values, edits, isSafe: true }
      }
    },
  },
  {
    code: 'indented-line',
    severity: 'warning',
    message: 'the client drops indented lines',
    fix: 'Begin the line in column 1.',
    explanation:
      "LINBO's shell reads only lines that begin in column 1, while its GUI reads indented ones too, and linuxmuster's importer takes them as part of the value above.",
    *check({ sections, lines }) {
      const sectionOf = new Map(sections.flatMap((one) => one.lines.map((line) => [line, one])))
      const countsOf = new Map<OpenSection, Map<string, number>>()
      for (const line of lines) {
        if (line.kind !== 'indented') continue
        const meant = trim(line.text)
        const section = sectionOf.get(line)
        const key = keyOf(meant)
        if (section && !countsOf.has(section)) countsOf.set(section, countKeys(section))
        const isOnly = section && key && countsOf.get(section)?.get(key) === 1
        const isSafe = Boolean(isOnly && section.name && spelled(section.name, key))
        yield { at: onLine(line), edits: [replaceLine(line, meant)], isSafe }
      }
    },
  },
  {
    code: 'ignored-line',
    severity: 'warning',
    message: 'the client ignores this line',
    fix: 'Make it a comment, or begin it with a key.',
    explanation:
      'A line counts when it begins with [ or a letter. The GUI and the WebUI may read others, so that programs see different files.',
    *check({ lines }) {
      for (const line of lines)
        if (line.kind === 'ignored')
          yield { at: onLine(line), edits: [commentOut(line)], isSafe: !line.text.includes('=') }
    },
  },
  {
    code: 'stray-text',
    severity: 'error',
    message: 'the line is neither a section nor Key = value',
    fix: 'Make it a comment with # and a blank, or write Key = value.',
    explanation:
      'The client turns every line that begins with a letter into shell code. What a line without = becomes is not foreseeable.',
    *check({ lines }) {
      for (const line of lines) {
        if (line.kind !== 'stray') continue
        const heading = sectionName(trim(line.text).replace(/\]$/, '').toLowerCase())
        const edits = [heading ? replaceLine(line, spelledHeading(heading)) : commentOut(line)]
        yield { at: onLine(line), edits, isSafe: !heading }
      }
    },
  },
]

const invisible =
  /[\u0080-\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]/g
const spaces = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/

function keyOf(text: string): string | undefined {
  return text.match(/^([A-Za-z]\w*)[ \t]*=/)?.[1]?.toLowerCase()
}

/** How often each key stands in a section, indented or not. */
function countKeys(section: OpenSection): Map<string, number> {
  const counts = new Map<string, number>()
  for (const line of section.lines) {
    const key = line.kind === 'key' ? line.key : keyOf(trim(line.text))
    if (key) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}
