/** One line of a file with semicolons, and the characters that end it: none at the end of some files. */
export interface SeparatedLine {
  readonly text: string
  readonly end: '' | '\n' | '\r\n'
}

/** A file of semicolon-separated columns without quoting, as it is written: printing it gives every byte back. */
export interface SeparatedFile {
  /** A byte order mark, when it begins with one. */
  readonly mark: string
  readonly lines: readonly SeparatedLine[]
}

export function readSeparated(text: string): SeparatedFile {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : ''
  const pieces = text.slice(mark.length).split('\n')
  const last = pieces.pop() ?? ''
  const lines = pieces.map((piece): SeparatedLine => {
    const hasReturn = piece.endsWith('\r')
    return hasReturn ? { text: piece.slice(0, -1), end: '\r\n' } : { text: piece, end: '\n' }
  })
  return { mark, lines: last === '' ? lines : [...lines, { text: last, end: '' }] }
}

export function printSeparated({ mark, lines }: SeparatedFile): string {
  return mark + lines.map(({ text, end }) => text + end).join('')
}

/** The columns of a line without the blanks around them. */
export function cellsOf(text: string): string[] {
  return text.split(';').map((cell) => cell.trim())
}

/** Writes one column, counted from 0, and adds the columns that are missing before it. Blanks around it stay. */
export function withCell(text: string, column: number, value: string): string {
  const cells = text.split(';')
  while (cells.length <= column) cells.push('')
  const old = cells[column] ?? ''
  const before = old.trim() === '' ? '' : old.slice(0, old.length - old.trimStart().length)
  const after = old.slice(old.trimEnd().length)
  cells[column] = before + withoutSeparators(value) + (old.trim() === '' ? '' : after)
  return cells.join(';')
}

/** Columns as a line. */
export function lineOf(cells: readonly string[]): string {
  return cells.map(withoutSeparators).join(';')
}

/** The same file with one line changed. @param index from 0 */
export function withLine(file: SeparatedFile, index: number, text: string): SeparatedFile {
  const old = file.lines[index]
  return old ? { ...file, lines: file.lines.with(index, { ...old, text }) } : file
}

/** The same file without these lines. @param indexes from 0 */
export function withoutLines(file: SeparatedFile, indexes: ReadonlySet<number>): SeparatedFile {
  return { ...file, lines: file.lines.filter((_line, index) => !indexes.has(index)) }
}

/**
 * The same file with new lines, each behind the line of its index (-1: before the first, none: at the end). New
 * lines end as the file's lines do; where the last one has no end, the new last one has none either.
 */
export function withNewLines(
  file: SeparatedFile,
  added: readonly { behind: number | undefined; text: string }[],
): SeparatedFile {
  if (added.length === 0) return file
  const last = file.lines.length - 1
  const end = file.lines.find((line) => line.end !== '')?.end ?? '\n'
  const isOpen = file.lines[last]?.end === ''
  const behind = new Map<number, string[]>()
  for (const one of added) {
    const index = one.behind ?? last
    const texts = behind.get(index)
    if (texts) texts.push(one.text)
    else behind.set(index, [one.text])
  }
  const fresh = (index: number) =>
    (behind.get(index) ?? []).map((text): SeparatedLine => ({ text, end }))
  const lines = fresh(-1)
  for (const [index, line] of file.lines.entries()) {
    const following = fresh(index)
    lines.push(line.end === '' && following.length > 0 ? { ...line, end } : line, ...following)
  }
  const final = lines.at(-1)
  if (isOpen && final && behind.has(last)) lines[lines.length - 1] = { ...final, end: '' }
  return { ...file, lines }
}

/** There is no quoting, so a separator inside a column becomes a blank. */
function withoutSeparators(value: string): string {
  return value.replace(/[;\r\n]+/g, ' ').trim()
}
