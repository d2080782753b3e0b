import { stripVTControlCharacters, styleText } from 'node:util'

/** A table for people: columns as wide as they need to be, headings dimmed. */
export function table(headings: string[], rows: (string | number | null | undefined)[][]): string {
  const cells = rows.map((row) => row.map((cell) => String(cell ?? '')))
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => shownLength(row[column] ?? ''))),
  )
  const line = (row: string[]) =>
    row
      .map(
        (cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - shownLength(cell))),
      )
      .join('  ')
      .trimEnd()
  return [styleText('dim', line(headings)), ...cells.map(line)].join('\n')
}

function shownLength(text: string): number {
  return stripVTControlCharacters(text).length
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
  done: 'green',
  ok: 'green',
  running: 'yellow',
  failed: 'red',
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
