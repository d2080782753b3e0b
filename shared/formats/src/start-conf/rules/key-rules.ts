import { type SectionName, spelled, spelling } from '../key-names.ts'
import { isShellName, type KeyLine } from '../line.ts'
import { commentOut, setWrittenKey } from '../line-edit.ts'
import { onLine, type Rule } from '../rule.ts'
import type { OpenSection } from '../section.ts'
import { nearest } from './nearest.ts'
import { spelledHeading } from './section-rules.ts'

export const keyRules: Rule[] = [
  {
    code: 'key-name',
    severity: 'error',
    message: '"{key}" is no key',
    fix: 'Use letters, digits and _ before the = sign.',
    explanation:
      'The client makes a shell variable of every key and runs the result as root: a blank in the name makes a command of it.',
    *check({ sections }) {
      for (const section of sections) {
        for (const line of section.keys) {
          if (isShellName(line.key)) continue
          const plain = line.key.replace(/[^a-z0-9_]/g, '')
          const meant = section.name && spelled(section.name, plain)
          const isFree = !section.keys.some((one) => one.key === meant?.toLowerCase())
          const edits = [meant && isFree ? setWrittenKey(line, meant) : commentOut(line)]
          yield { at: onWrittenKey(line), values: { key: line.writtenKey }, edits }
        }
      }
    },
  },
  {
    code: 'duplicate-key',
    severity: 'warning',
    message: '{key} stands again in line {last}, and that one counts',
    fix: 'Make this one a comment.',
    explanation:
      "The last one wins on the client. linuxmuster's importer can read neither, so that the system or the cache is missing in the GRUB menu.",
    *check({ sections }) {
      for (const section of sections) {
        const lastOf = new Map(section.keys.map((line) => [line.key, line]))
        for (const line of section.keys) {
          const last = lastOf.get(line.key)
          if (!last || last === line) continue
          const values = { key: line.writtenKey, last: last.number }
          yield { at: onLine(line), values, edits: [commentOut(line)], isSafe: true }
        }
      }
    },
  },
  {
    code: 'unknown-key',
    severity: 'warning',
    message: 'LINBO knows no key {key} in this section',
    fix: 'Check its spelling: {advice}.',
    explanation:
      'Nobody reads an unknown key, except scripts of your own: the client makes a shell variable of it.',
    *check({ sections }) {
      for (const section of sections) {
        const { name } = section
        if (!name) continue
        for (const line of section.keys) {
          if (!isShellName(line.key) || spelled(name, line.key)) continue
          const meant = nearest(line.key, spelling[name])
          const isFree = meant && !section.keys.some((one) => one.key === meant.toLowerCase())
          const edits = isFree ? [setWrittenKey(line, meant)] : []
          const values = { key: line.writtenKey, advice: adviceFor(section, line, meant) }
          yield { at: onWrittenKey(line), values, edits }
        }
      }
    },
  },
  {
    code: 'key-case',
    severity: 'info',
    message: 'the key is written {written}, not {usual}',
    fix: 'Write {usual}.',
    explanation:
      "The client does not care, but linuxmuster's WebUI knows keys in one spelling only.",
    *check({ sections }) {
      for (const { name, keys } of sections) {
        if (!name) continue
        for (const line of keys) {
          const usual = spelled(name, line.key)
          if (usual === undefined || usual === line.writtenKey) continue
          const values = { written: line.writtenKey, usual }
          const edits = [setWrittenKey(line, usual)]
          yield { at: onWrittenKey(line), values, edits, isSafe: true }
        }
      }
    },
  },
]

function adviceFor(section: OpenSection, line: KeyLine, meant: string | undefined): string {
  if (meant) return `${meant} is known`
  const others = (['linbo', 'partition', 'os'] as SectionName[]).filter(
    (one) => one !== section.name,
  )
  const home = others.find((one) => spelled(one, line.key))
  return home
    ? `it belongs into ${spelledHeading(home)}`
    : 'or keep it when a script of yours reads it'
}

function onWrittenKey(line: KeyLine): { line: number; start: number; end: number } {
  const start = line.text.indexOf(line.writtenKey)
  return { line: line.number, start, end: start + line.writtenKey.length }
}
