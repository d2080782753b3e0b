import { onLine, type Rule } from '../rule.ts'

/** No start.conf has more: that would be hundreds of systems. */
const mostLines = 5000

/** Looked at before all others, which are not looked at when it complains. */
export const lengthRule: Rule = {
  code: 'too-many-lines',
  severity: 'error',
  message: 'the file has {count} lines besides comments',
  fix: 'Write a start.conf: it has some hundred lines.',
  explanation:
    'A file with more than 5000 lines is none for a LINBO client, and nothing else in it is checked.',
  *check({ lines }) {
    const counting = lines.filter((line) => line.kind !== 'blank' && line.kind !== 'comment')
    const first = counting[mostLines]
    if (first) yield { at: onLine(first), values: { count: counting.length } }
  },
}
