import { type Problem, startConfRules } from '@linbo/formats'
import german from './rules.de.json' with { type: 'json' }

/** What a rule says about what it found. */
export interface Words {
  message: string
  fix: string
  explanation: string
}

const translations: Record<string, Partial<Record<string, Words>>> = { de: german }

/**
 * A problem in a language of ours. `{name}` is filled with what the rule found; values that are words of their own
 * are left out where another language says it without them.
 */
export function wordsOf(problem: Problem, language: string): Words {
  const words = translations[language]?.[problem.code]
  if (!words) return problem
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => String(problem.values[name] ?? whole))
  return {
    message: fill(words.message),
    fix: fill(words.fix),
    explanation: words.explanation,
  }
}

/** Codes of rules a language has no words for, and words for no rule. */
export function untranslated(language: string): string[] {
  const codes = new Set(startConfRules.map((rule) => rule.code))
  const translated = new Set(Object.keys(translations[language] ?? {}))
  return [...codes.symmetricDifference(translated)].sort()
}
