import { parseBanner } from '@linbo/formats'

export interface LogLine {
  /** From 1. */
  number: number
  text: string
  /** `2026-11-20T07:45:12` by the client's clock: of the banner before it. */
  time: string | null
}

export interface LogSelection {
  /** Only lines with this text; upper and lower case are the same. */
  search?: string | undefined
  /** Only lines after this one. */
  after?: number | undefined
  /** The last so many of those. */
  tail: number
}

const longest = 4000

/**
 * The lines of a log that are asked for, with their number and time.
 * @returns also how many lines the log has, and how many fit
 */
export function selectLines(
  text: string,
  { search, after = 0, tail }: LogSelection,
): { lines: LogLine[]; total: number; found: number } {
  const wanted = search?.toLowerCase()
  const lines: LogLine[] = []
  let time: string | null = null
  let found = 0
  const all = text.split(/\r\n|\n|\r/)
  if (all.at(-1) === '') all.pop()
  for (const [index, line] of all.entries()) {
    const told = line.startsWith('### ') ? parseBanner(line)?.time : undefined
    if (told) time = isoTime(told)
    if (index < after || (wanted && !line.toLowerCase().includes(wanted))) continue
    found++
    lines.push({ number: index + 1, text: plain(line), time })
    // Twice as many at most, so that shifting costs nothing.
    if (lines.length >= 2 * tail) lines.splice(0, lines.length - tail)
  }
  return { lines: tail === 0 ? [] : lines.slice(-tail), total: all.length, found }
}

/** `20261120-074512` */
export function isoTime(time: string): string {
  return time.replace(/^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6')
}

/** Colours of a terminal and control characters are nothing for a page. */
export function plain(line: string): string {
  return line
    .slice(0, longest)
    .replace(/\u001b\[[\d;]*[A-Za-z]/g, '')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
}
