import type { SectionName } from './key-names.ts'
import type { KeyLine, Line, SectionLine } from './line.ts'

/** A heading and the lines up to the next one, as the client's shell sees them. */
export interface OpenSection {
  /** Undefined for a section no client reads. */
  name: SectionName | undefined
  heading: SectionLine
  lines: Line[]
  keys: KeyLine[]
}

/** The sections of a start.conf in file order, and the keys that stand before the first. */
export function readSections(lines: readonly Line[]): {
  sections: OpenSection[]
  stray: KeyLine[]
} {
  const sections: OpenSection[] = []
  const stray: KeyLine[] = []
  for (const line of lines) {
    const open = sections.at(-1)
    if (line.kind === 'section')
      sections.push({ name: sectionName(line.name), heading: line, lines: [], keys: [] })
    else if (open) {
      open.lines.push(line)
      if (line.kind === 'key') open.keys.push(line)
    } else if (line.kind === 'key') stray.push(line)
  }
  return { sections, stray }
}

export function sectionName(name: string): SectionName | undefined {
  return name === 'linbo' || name === 'partition' || name === 'os' ? name : undefined
}

/** What all typed sections have in common. */
export interface Section {
  /** The line of its heading, from 1; 0 when the file has no such section. */
  line: number
  heading: SectionLine | undefined
  /** Every key of the section in lower case, with the value the client would see. */
  raw: ReadonlyMap<string, string>
  /** The line of each of these keys, from 1. */
  lines: ReadonlyMap<string, number>
  /** The lines of these keys, the ones that count. */
  keys: ReadonlyMap<string, KeyLine>
  /** All lines with keys, in file order. */
  written: readonly KeyLine[]
}

/** Several headings of one name count as one section, as for [LINBO]. */
export function joinSections(open: readonly OpenSection[]): Section {
  const written = open.flatMap((section) => section.keys)
  return {
    line: open[0]?.heading.number ?? 0,
    heading: open[0]?.heading,
    raw: new Map(written.map((line) => [line.key, line.value])),
    lines: new Map(written.map((line) => [line.key, line.number])),
    keys: new Map(written.map((line) => [line.key, line])),
    written,
  }
}

/** The line below which a new key of the section goes. */
export function lastLine(section: Pick<Section, 'heading' | 'written'>): Line | undefined {
  return section.written.at(-1) ?? section.heading
}
