import { flags, seconds, spelled } from '../key-names.ts'
import { type KeyLine, shellCharacters } from '../line.ts'
import { replaceLine, setValue } from '../line-edit.ts'
import { onValue, type Rule } from '../rule.ts'
import type { OpenSection } from '../section.ts'

export const valueRules: Rule[] = [
  {
    code: 'shell-character',
    severity: 'error',
    message: "{key}: {characters} would be interpreted by the client's shell",
    fix: 'Remove it from the value.',
    explanation:
      'The client writes key="value" into a file and runs it as root. A quote ends the value, $ and backticks run what follows.',
    *check({ sections }) {
      for (const line of keysOf(sections)) {
        const characters = shellCharacters(line.value)
        if (characters.length === 0) continue
        const quoted = line.value.match(/^"([^"$`\\]*)"$/)?.[1]
        const plain = quoted ?? line.value.replace(/["$`\\]/g, '')
        const isSafe = quoted !== undefined
        const edits = [setValue(line, plain.trim())]
        const values = { key: line.writtenKey, characters: characters.join(' ') }
        yield { at: onValue(line), values, edits, isSafe }
      }
    },
  },
  {
    code: 'hash-in-value',
    severity: 'warning',
    message: '{key}: the client keeps "#" in the value, other programs cut the value there',
    fix: 'Write a comment as # with a blank on both sides, or leave the # out.',
    explanation:
      "For LINBO's shell a comment begins with # and a blank. Its GUI, the importer and the WebUI cut at any #.",
    *check({ sections }) {
      for (const line of keysOf(sections)) {
        const at = line.text.indexOf('#', line.valueStart)
        if (at < 0 || at >= line.valueEnd) continue
        const before = line.text.slice(0, at)
        const isOutside = /[ \t]$/.test(before)
        const text = `${before}${isOutside ? '' : ' '}# ${line.text.slice(at + 1).trimStart()}`
        yield {
          at: { line: line.number, start: at, end: line.valueEnd },
          values: { key: line.writtenKey },
          edits: [replaceLine(line, text)],
          isSafe: isOutside,
        }
      }
    },
  },
  {
    code: 'semicolon-in-value',
    severity: 'warning',
    message: "{key}: linuxmuster's importer cuts the value at the semicolon",
    fix: 'Leave out the blank before it, or the semicolon.',
    explanation:
      'A blank and a semicolon begin a comment for the importer, so that the GRUB menu gets half of the value.',
    *check({ sections }) {
      for (const line of keysOf(sections)) {
        const at = line.text.slice(line.valueStart - 1, line.valueEnd).search(/[ \t];/)
        if (at < 0) continue
        const start = line.valueStart - 1 + at
        const value = line.text
          .slice(line.valueStart, line.valueEnd)
          .replace(/^[; \t]+/, '')
          .replace(/[ \t]+;/g, ';')
        yield {
          at: { line: line.number, start, end: line.valueEnd },
          values: { key: line.writtenKey },
          edits: [setValue(line, value)],
        }
      }
    },
  },
  {
    code: 'flag-value',
    severity: 'warning',
    message: '{key} is "{value}", which the client\'s shell takes as no',
    fix: 'Write yes or no in lower case.',
    explanation:
      "LINBO's shell compares with the word yes, letter by letter. Its GUI also takes Yes, true and enable for yes.",
    *check({ sections }) {
      for (const [section, line] of known(sections, flags)) {
        const { value, key } = line
        const mayBeEmpty = section.name !== 'os' || !/^(start|sync|new)enabled$/.test(key)
        if (value === 'yes' || value === 'no' || (value === '' && mayBeEmpty)) continue
        const isYes = /^(?:yes|true|enabled?)$/i.test(value)
        const isNo = /^(?:no|false|disabled?|off|0)$/i.test(value)
        const isOn = /^(?:on|1|y|j|ja)$/i.test(value)
        const meant = isYes || isOn ? 'yes' : isNo ? 'no' : undefined
        const edits = meant ? [setValue(line, meant)] : []
        const values = { key: line.writtenKey, value }
        yield { at: onValue(line), values, edits, isSafe: isYes || isNo }
      }
    },
  },
  {
    code: 'seconds-value',
    severity: 'warning',
    message: '{key} is no number of seconds',
    fix: 'Write a whole number.',
    explanation: 'What is no number counts as 0: no waiting time, and no automatic logout.',
    *check({ sections }) {
      for (const [, line] of known(sections, seconds)) {
        if (line.value === '' || /^\d{1,9}$/.test(line.value)) continue
        const found = line.value.match(/^(\d{1,6})(?:[.,]0*)? ?(s|sec|seconds?|m|min|minutes?)?$/i)
        const factor = found?.[2]?.toLowerCase().startsWith('m') ? 60 : 1
        const edits = found ? [setValue(line, String(Number(found[1]) * factor))] : []
        const values = { key: line.writtenKey, value: line.value }
        yield { at: onValue(line), values, edits, isSafe: true }
      }
    },
  },
]

/** The keys of sections that clients read. */
function* keysOf(sections: readonly OpenSection[]): Generator<KeyLine> {
  for (const section of sections) if (section.name) yield* section.keys
}

function* known(
  sections: readonly OpenSection[],
  table: typeof flags,
): Generator<[OpenSection, KeyLine]> {
  for (const section of sections)
    for (const line of section.keys)
      if (section.name && table[section.name].includes(line.key) && spelled(section.name, line.key))
        yield [section, line]
}
