import { structuredPatch } from 'diff'

/** One line of a difference. */
export interface DiffLine {
  kind: 'same' | 'removed' | 'added'
  text: string
  /** Its number in the older text, from 1; null when it is not there. */
  from: number | null
  /** Its number in the newer text. */
  to: number | null
  /** True for the last line of a text that does not end with a line end. */
  isUnended: boolean
}

/** Lines that changed, with some around them that did not. */
export interface DiffHunk {
  /** The first line of the older text that is shown, from 1, and how many are. */
  from: { line: number; lines: number }
  to: { line: number; lines: number }
  lines: DiffLine[]
}

/** Texts that differ in more lines than this are shown as one replaced by the other: finding out takes too long. */
const longestEdit = 1000

/**
 * What has to change in one text to get the other, line by line.
 * @param options.context how many unchanged lines are shown around each change (default 3).
 */
export function diffTexts(
  older: string,
  newer: string,
  options: { context?: number } = {},
): DiffHunk[] {
  const context = options.context ?? 3
  const patch = structuredPatch('', '', older, newer, '', '', {
    context,
    maxEditLength: longestEdit,
  })
  const hunks = patch?.hunks ?? [replacement(older, newer)]
  return hunks.map((hunk) => ({
    from: { line: hunk.oldStart, lines: hunk.oldLines },
    to: { line: hunk.newStart, lines: hunk.newLines },
    lines: readLines(hunk),
  }))
}

function replacement(older: string, newer: string) {
  const lines = [...marked('-', older), ...marked('+', newer)]
  const count = (mark: string) => lines.filter((line) => line.startsWith(mark)).length
  return { oldStart: 1, oldLines: count('-'), newStart: 1, newLines: count('+'), lines }
}

function marked(mark: string, text: string): string[] {
  const lines = text.split('\n').map((line) => mark + line)
  return text.endsWith('\n') ? lines.slice(0, -1) : [...lines, '\\']
}

function readLines(hunk: { oldStart: number; newStart: number; lines: string[] }): DiffLine[] {
  let from = hunk.oldStart
  let to = hunk.newStart
  return hunk.lines.flatMap((line, index): DiffLine[] => {
    if (line.startsWith('\\')) return []
    const text = line.slice(1)
    const isUnended = hunk.lines[index + 1]?.startsWith('\\') ?? false
    const base = { text, isUnended }
    if (line.startsWith('-')) return [{ ...base, kind: 'removed', from: from++, to: null }]
    if (line.startsWith('+')) return [{ ...base, kind: 'added', from: null, to: to++ }]
    return [{ ...base, kind: 'same', from: from++, to: to++ }]
  })
}

const marks = { same: ' ', removed: '-', added: '+' } as const

/** A difference in the unified format of diff(1) and patch(1), empty when there is none. */
export function printDiff(hunks: DiffHunk[], names: { from: string; to: string }): string {
  if (hunks.length === 0) return ''
  const place = ({ line, lines }: DiffHunk['from']) => `${lines === 0 ? line - 1 : line},${lines}`
  const printed = hunks.flatMap(({ from, to, lines }) => [
    `@@ -${place(from)} +${place(to)} @@`,
    ...lines.flatMap(({ kind, text, isUnended }) => [
      `${marks[kind]}${text}`,
      ...(isUnended ? ['\\ No newline at end of file'] : []),
    ]),
  ])
  return `${[`--- ${names.from}`, `+++ ${names.to}`, ...printed].join('\n')}\n`
}
