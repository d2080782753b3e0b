import type { CheckedConf } from '../checked.ts'
import {
  hasKernelFlag,
  type KernelWord,
  kernelFlags,
  kernelFlagsOfGrub,
  kernelSettings,
  kernelWords,
  strippedParameters,
} from '../kernel-parameters.ts'
import type { KeyLine } from '../line.ts'
import { insertAfter, type LineEdit, setValue } from '../line-edit.ts'
import { onLine, onValue, type Rule, type Span } from '../rule.ts'
import { lastLine } from '../section.ts'

/** The kernel takes no longer command line. */
const longestCommandLine = 2047

export const kernelRules: Rule[] = [
  {
    code: 'kernel-options-missing',
    severity: 'warning',
    message: "KernelOptions is missing, which linuxmuster's importer needs",
    fix: 'Add KernelOptions, if only empty.',
    explanation: 'The importer needs the key, if only empty, to make the GRUB menu of the group.',
    *check({ linbo }) {
      const below = lastLine(linbo)
      if (!below || linbo.keys.has('kerneloptions')) return
      yield {
        at: onLine(linbo.heading),
        edits: [insertAfter(below, ['KernelOptions ='])],
        isSafe: true,
      }
    },
  },
  {
    code: 'kernel-parameter-stripped',
    severity: 'warning',
    message: 'the kernel parameter {word} has no effect',
    fix: 'Remove it: {advice}.',
    explanation:
      'LINBO deletes every parameter with a value from its environment before its scripts read it, with few exceptions.',
    *check(conf) {
      for (const [line, words] of options(conf))
        for (const one of words) {
          const { name, value, word } = one
          const advice = value === undefined ? undefined : adviceFor(name)
          if (!advice) continue
          const isWarm = name.toLowerCase() === 'warmstart' && value?.toLowerCase() === 'no'
          const edits = [change(line, words, one, isWarm ? 'nowarmstart' : undefined)]
          yield { at: onWord(line, word), values: { word, advice }, edits, isSafe: !isWarm }
        }
    },
  },
  {
    code: 'kernel-flag-value',
    severity: 'warning',
    message: 'the kernel parameter {word} has no effect with a value',
    fix: 'Write {flag} alone, or leave it out.',
    explanation: 'LINBO keeps this parameter only when it is a bare word; with = it is deleted.',
    *check(conf) {
      for (const [line, words] of options(conf))
        for (const one of words) {
          const flag = one.name.toLowerCase()
          const { value, word } = one
          if (value === undefined || !([...kernelFlags] as string[]).includes(flag)) continue
          const isOff = /^(?:0|no|off|false)$/i.test(value)
          const edits = [change(line, words, one, isOff ? undefined : flag)]
          yield { at: onWord(line, word), values: { word, flag }, edits, isSafe: isOff }
        }
    },
  },
  {
    code: 'kernel-setting-value',
    severity: 'warning',
    message: 'the kernel parameter {word} has no effect like this',
    fix: 'Write {name}=<value>, in lower case.',
    explanation:
      'The start script finds this parameter in its environment: the kernel hands it over in lower case, and only with a value.',
    *check(conf) {
      for (const [line, words] of options(conf))
        for (const one of words) {
          const name = one.name.toLowerCase()
          const { value, word } = one
          if (!([...kernelSettings] as string[]).includes(name)) continue
          if (value && one.name === name) continue
          const isOn = value === undefined && /^(?:noauto|disablegui)$/.test(name)
          const meant = value ? `${name}=${value}` : isOn ? `${name}=yes` : undefined
          const edits = meant ? [change(line, words, one, meant)] : []
          yield { at: onWord(line, word), values: { word, name }, edits }
        }
    },
  },
  {
    code: 'kernel-modules-list',
    severity: 'warning',
    message: 'loadmodules takes one module, not {list}',
    fix: 'Name one module, and put others into the initramfs.',
    explanation:
      'The client hands the whole word to modprobe, which knows no module with commas in its name.',
    *check(conf) {
      for (const [line, words] of options(conf))
        for (const { name, value, word } of words)
          if (name === 'loadmodules' && value?.includes(','))
            yield { at: onWord(line, word), values: { list: value } }
    },
  },
  {
    code: 'kernel-flag-of-grub',
    severity: 'warning',
    message: 'GRUB adds {word} itself when it is true',
    fix: 'Remove it from KernelOptions.',
    explanation:
      'localboot, netboot and isoboot say how LINBO was started. With a wrong one it restarts after updates when it must not, or looks for its files on removable media.',
    *check(conf) {
      for (const [line, words] of options(conf))
        for (const one of words) {
          if (!([...kernelFlagsOfGrub] as string[]).includes(one.name.toLowerCase())) continue
          const edits = [change(line, words, one, undefined)]
          yield { at: onWord(line, one.word), values: { word: one.word }, edits, isSafe: true }
        }
    },
  },
  {
    code: 'nomenu-alone',
    severity: 'info',
    message: 'nomenu does nothing without nogui',
    fix: 'Write nogui nomenu, or leave it out.',
    explanation: 'nomenu hides the text menu, which there is only when the GUI is off.',
    *check(conf) {
      const { kernelOptions } = conf.linbo
      if (hasKernelFlag(kernelOptions, 'nogui')) return
      for (const [line, words] of options(conf))
        for (const one of words)
          if (one.value === undefined && one.name.toLowerCase() === 'nomenu')
            yield { at: onWord(line, one.word), edits: [change(line, words, one, undefined)] }
    },
  },
  {
    code: 'kernel-options-long',
    severity: 'error',
    message: 'KernelOptions has {length} characters',
    fix: 'Leave out some: all parameters together may have 2047.',
    explanation: 'The kernel cuts its command line, so that the flags GRUB appends are lost.',
    *check(conf) {
      for (const [line] of options(conf)) {
        const { length } = line.value
        if (length > longestCommandLine) yield { at: onValue(line), values: { length } }
      }
    },
  },
]

/** The line and its words; none of a line that is much too long. */
function* options({ linbo }: CheckedConf): Generator<[KeyLine, KernelWord[]]> {
  const line = linbo.keys.get('kerneloptions')
  if (!line) return
  const isEndless = line.value.length > 4 * longestCommandLine
  yield [line, isEndless ? [] : kernelWords(line.value)]
}

function adviceFor(name: string): string | undefined {
  const lower = name.toLowerCase()
  return Object.hasOwn(strippedParameters, lower) ? strippedParameters[lower] : undefined
}

/** The line with one of its words replaced, or without it. */
function change(
  line: KeyLine,
  words: KernelWord[],
  one: KernelWord,
  word: string | undefined,
): LineEdit {
  const changed = words.flatMap((other) => {
    if (other !== one) return [other.word]
    return word === undefined ? [] : [word]
  })
  return setValue(line, changed.join(' '))
}

function onWord(line: KeyLine, word: string): Span {
  const before = ` ${line.text.slice(line.valueStart, line.valueEnd).replaceAll('\t', ' ')} `
  const start = line.valueStart + Math.max(before.indexOf(` ${word} `), 0)
  return { line: line.number, start, end: start + word.length }
}
