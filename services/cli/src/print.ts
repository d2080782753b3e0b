import { stripVTControlCharacters, styleText } from 'node:util'

type Cell = string | number | null | undefined

/**
 * A table for people: columns as wide as they need to be, headings dimmed.
 * @param columns the terminal's width: longer lines are cut. Undefined cuts nothing.
 */
export function table(headings: string[], rows: Cell[][], columns?: number): string {
  const cells = rows.map((row) => row.map((cell) => oneLine(String(cell ?? ''))))
  const widths = headings.map((heading, column) =>
    Math.max(width(heading), ...cells.map((row) => width(row[column] ?? ''))),
  )
  const line = (row: string[]) => {
    const padded = row.map((cell, column) => pad(cell, widths[column] ?? 0))
    return fit(padded.join('  ').trimEnd(), columns)
  }
  return [styleText('dim', line(headings)), ...cells.map(line)].join('\n')
}

/** How many cells of a terminal a text takes: none for accents and colours, two for wide letters and pictures. */
export function width(text: string): number {
  let cells = 0
  for (const character of stripVTControlCharacters(text)) {
    if (/\p{M}|\p{Cf}/u.test(character)) continue
    cells += wide.test(character) ? 2 : 1
  }
  return cells
}

const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u

export function pad(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - width(text)))
}

/** Cuts a line that is wider than the terminal, and says so with an ellipsis. Colours stay closed. */
export function fit(text: string, columns: number | undefined): string {
  if (columns === undefined || width(text) <= columns) return text
  let shown = ''
  let cells = 0
  let isCut = false
  for (const piece of text.split(/(\u001b\[[\d;]*m)/)) {
    if (piece.startsWith('\u001b')) {
      shown += piece
      continue
    }
    for (const character of piece) {
      if (isCut) break
      cells += width(character)
      isCut = cells > columns - 1
      shown += isCut ? '…' : character
    }
  }
  return shown
}

/** What comes from machines may hold line ends and control characters; only colours are harmless on a terminal. */
export function oneLine(text: string): string {
  return text
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/\u001b(?!\[[\d;]*m)/g, '')
    .replace(/[\u0000-\u001a\u001c-\u001f\u007f-\u009f]/g, '')
}

/** `43.4 MB`. */
export function bytes(count: number | null): string {
  if (count === null) return ''
  if (count < 1000) return `${count} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = count
  let unit = -1
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value.toFixed(1)} ${units[unit]}`
}

/** `2026-11-20 07:45:03` in this machine's time zone. */
export function time(iso: string | null): string {
  if (!iso) return ''
  const at = new Date(iso)
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 19).replace('T', ' ')
}

const colours: Record<string, Parameters<typeof styleText>[0]> = {
  linbo: 'green',
  os: 'blue',
  booting: 'yellow',
  off: 'dim',
  added: 'green',
  changed: 'yellow',
  removed: 'red',
  done: 'green',
  ok: 'green',
  present: 'green',
  active: 'green',
  running: 'yellow',
  warning: 'yellow',
  error: 'red',
  info: 'dim',
  fixed: 'green',
  failed: 'red',
  missing: 'red',
  offline: 'red',
  interrupted: 'red',
  cancelled: 'magenta',
  degraded: 'yellow',
}

/** A state word in its colour. */
export function state(word: string): string {
  const colour = colours[word]
  return colour ? styleText(colour, word) : word
}

/** How far a host is, and what there is to say about it. LINBO's last word for all is well is `Done.` */
export function phaseText(phase: string, detail: string): string {
  return ['', 'Done.', phase].includes(detail)
    ? state(phase)
    : `${state(phase)}: ${oneLine(detail)}`
}
