import type { SectionName } from '../key-names.ts'
import {
  assignment,
  carriageReturn,
  insertAfter,
  removeLine,
  replaceLine,
  rowOf,
} from '../line-edit.ts'
import { onLine, type Rule } from '../rule.ts'
import { lastLine, sectionName } from '../section.ts'
import { nearest } from './nearest.ts'

const headings: Record<SectionName, string> = {
  linbo: '[LINBO]',
  partition: '[Partition]',
  os: '[OS]',
}

/** How the heading of a section is written. */
export function spelledHeading(name: SectionName): string {
  return headings[name]
}

export const sectionRules: Rule[] = [
  {
    code: 'section-heading',
    severity: 'error',
    message: 'a section is [Name] alone on its line',
    fix: 'Leave only the name in brackets.',
    explanation:
      'The GUI and the importer take the whole line for the name, so that they do not find the section.',
    *check({ sections }) {
      for (const { heading, name } of sections) {
        if (heading.rest === '') continue
        const known = name ?? sectionName(heading.name.trim())
        const isTail = heading.rest.startsWith('#')
        const text = known && headings[known] + (isTail ? ` # ${heading.rest.slice(1)}` : '')
        const edits = text ? [replaceLine(heading, text)] : []
        yield { at: onLine(heading), edits, isSafe: isTail || heading.rest === ']?' }
      }
    },
  },
  {
    code: 'section-tail',
    severity: 'info',
    message: 'there is something behind the heading {heading}',
    fix: 'Leave the heading alone on its line, and put a comment above it.',
    explanation:
      "linuxmuster's WebUI compares the whole line with [Partition] and [OS], and takes any other for a section it does not know.",
    *check({ sections }) {
      for (const { heading, name } of sections) {
        const end = heading.text.indexOf(']') + 1
        const tail = heading.text.slice(end)
        if (!name || heading.rest || tail === '') continue
        const comment = tail.trim()
        const start = heading.text.startsWith('\ufeff') ? 1 : 0
        const above = comment === '' ? [] : [comment]
        const row = replaceLine(heading, heading.text.slice(0, end))
        const edits = [
          { ...row, text: [...above.map((text) => text + carriageReturn(heading)), ...row.text] },
        ]
        const values = { heading: heading.text.slice(start, end) }
        yield { at: onLine(heading), values, edits, isSafe: start === 0 }
      }
    },
  },
  {
    code: 'unknown-section',
    severity: 'warning',
    message: 'LINBO ignores the section [{name}]',
    fix: 'Write [LINBO], [Partition] or [OS].',
    explanation: 'Whatever stands in a section of another name counts for no client.',
    *check({ sections }) {
      for (const { heading, name } of sections) {
        if (name || heading.rest) continue
        const trimmed = sectionName(heading.name.trim())
        const meant = trimmed ?? sectionName(nearest(heading.name, Object.keys(headings)) ?? '')
        const edits = meant ? [replaceLine(heading, headings[meant])] : []
        yield { at: onLine(heading), values: { name: heading.name }, edits }
      }
    },
  },
  {
    code: 'section-case',
    severity: 'warning',
    message: 'the section is written {written}, not {usual}',
    fix: 'Write {usual}.',
    explanation:
      "linuxmuster's importer finds [LINBO] in this spelling only and makes a GRUB menu without it; the WebUI knows [Partition] and [OS] in this spelling only.",
    *check({ sections }) {
      for (const { heading, name } of sections) {
        if (!name || heading.rest) continue
        const usual = headings[name]
        const at = heading.text.indexOf('[')
        const written = heading.text.slice(at, at + usual.length)
        if (written === usual) continue
        const text = usual + heading.text.slice(at + usual.length)
        const edits = [replaceLine(heading, heading.text.slice(0, at) + text)]
        const severity = name === 'linbo' ? 'warning' : 'info'
        yield { at: onLine(heading), values: { written, usual }, edits, isSafe: true, severity }
      }
    },
  },
  {
    code: 'key-before-section',
    severity: 'warning',
    message: '{key} stands before the first section and is ignored',
    fix: 'Move it below [LINBO].',
    explanation: 'A key belongs to the section above it; without one nobody reads it.',
    *check({ stray, linbo }) {
      for (const line of stray) {
        const below = lastLine(linbo)
        const isFree = !linbo.keys.has(line.key)
        const edits =
          below && isFree
            ? [removeLine(line), insertAfter(below, [line.text.replace('\ufeff', '')])]
            : []
        yield { at: onLine(line), values: { key: line.writtenKey }, edits }
      }
    },
  },
  {
    code: 'linbo-section-missing',
    severity: 'error',
    message: 'there is no [LINBO] section',
    fix: 'Begin the file with [LINBO].',
    explanation:
      'Without it the client knows neither its group nor its cache, and linuxmuster makes no GRUB menu for the group.',
    *check({ sections, lines, options }) {
      if (sections.some((section) => section.name === 'linbo')) return
      const first = lines[0]
      const keys = ['[LINBO]', ...(options.group ? [assignment('Group', options.group)] : [])]
      const isMarked = first?.text.startsWith('\ufeff') ?? false
      const isDos = first?.end.startsWith('\r') ?? false
      const text = [...keys, 'KernelOptions =', '']
      const edit = { line: 1, was: [], text: text.map((row) => (isDos ? `${row}\r` : row)) }
      yield { at: onLine(undefined), edits: isMarked ? [] : [edit] }
    },
  },
  {
    code: 'linbo-section-twice',
    severity: 'warning',
    message: '[LINBO] stands in line {first} already',
    fix: 'Join the two sections.',
    explanation:
      "linuxmuster's importer takes a file with two of them for broken, and other programs need not join them.",
    *check({ sections }) {
      const [first, ...others] = sections.filter((section) => section.name === 'linbo')
      const below = first && lastLine({ heading: first.heading, written: first.keys })
      for (const { heading, lines } of others) {
        const last = lines.at(-1) ?? heading
        const rows = lines.filter((line) => line.kind !== 'blank').map(rowOf)
        const was = [heading, ...lines].map(rowOf)
        const move = below && {
          line: below.number,
          was: [rowOf(below)],
          text: [rowOf(below), ...rows],
        }
        const isFinal = last.end === '' || last.end === '\r'
        const cut = { line: heading.number, was, text: isFinal ? [''] : [] }
        const values = { first: first?.heading.number ?? 0 }
        yield { at: onLine(heading), values, edits: move ? [move, cut] : [] }
      }
    },
  },
]
