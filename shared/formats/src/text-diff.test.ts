import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffTexts, printDiff } from './text-diff.ts'

const names = { from: 'a', to: 'b' }

/** The newer text, as whoever has the older one and the difference gets it. */
function applied(older: string, hunks: ReturnType<typeof diffTexts>): string {
  const lines = older.match(/[^\n]*\n|[^\n]+$/g) ?? []
  let result = ''
  let at = 1
  for (const hunk of hunks) {
    while (at < hunk.from.line) result += lines[at++ - 1]
    for (const line of hunk.lines) {
      if (line.from !== null) at = line.from + 1
      if (line.to !== null) result += line.text + (line.isUnended ? '' : '\n')
    }
  }
  return result + lines.slice(at - 1).join('')
}

describe('diffTexts', () => {
  it('shows changed lines with their numbers and what is around them', () => {
    const hunks = diffTexts('a\nb\nc\nd\n', 'a\nb\nx\nd\n', { context: 1 })
    expect(hunks).toEqual([
      {
        from: { line: 2, lines: 3 },
        to: { line: 2, lines: 3 },
        lines: [
          { kind: 'same', text: 'b', from: 2, to: 2, isUnended: false },
          { kind: 'removed', text: 'c', from: 3, to: null, isUnended: false },
          { kind: 'added', text: 'x', from: null, to: 3, isUnended: false },
          { kind: 'same', text: 'd', from: 4, to: 4, isUnended: false },
        ],
      },
    ])
    expect(printDiff(hunks, names)).toBe('--- a\n+++ b\n@@ -2,3 +2,3 @@\n b\n-c\n+x\n d\n')
  })

  it('sees line ends', () => {
    expect(printDiff(diffTexts('a\r\n', 'a\n'), names)).toContain('-a\r\n+a\n')
    expect(printDiff(diffTexts('a\n', 'a'), names)).toContain(
      '-a\n+a\n\\ No newline at end of file\n',
    )
  })

  it('begins and ends with nothing', () => {
    expect(printDiff(diffTexts('', 'a\n'), names)).toContain('@@ -0,0 +1,1 @@\n+a\n')
    expect(diffTexts('a\n', 'a\n')).toEqual([])
    expect(printDiff([], names)).toBe('')
  })

  it('replaces one by the other when they have too little in common', () => {
    const many = (word: string) => Array.from({ length: 2000 }, (_, n) => `${word}${n}\n`).join('')
    const [hunk, ...more] = diffTexts(many('a'), `${many('b')}end`)
    expect(more).toEqual([])
    expect(hunk?.lines.filter((line) => line.kind === 'removed')).toHaveLength(2000)
    expect(hunk?.lines.at(-1)).toEqual({
      ...{ kind: 'added', text: 'end', from: null, to: 2001, isUnended: true },
    })
    expect(applied(many('a'), hunk ? [hunk] : [])).toBe(`${many('b')}end`)
  })

  it('always leads from one text to the other', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '', 'c\r', '-', '+ x', '\\ y'))
      .chain((lines) => fc.boolean().map((ends) => lines.join('\n') + (ends ? '\n' : '')))
    fc.assert(
      fc.property(text, text, fc.nat(4), (older, newer, context) => {
        expect(applied(older, diffTexts(older, newer, { context }))).toBe(newer)
      }),
    )
  })
})
