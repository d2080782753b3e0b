import { parseStartConf, startConfRules } from '@linbo/formats'
import { describe, expect, it } from 'vitest'
import german from './rules.de.json' with { type: 'json' }
import { untranslated, wordsOf } from './translate.ts'

const blanks = (text: string) => text.match(/\{\w+\}/g) ?? []

describe('what is wrong with a start.conf, in German', () => {
  it('has words for every rule and for no other', () => {
    expect(untranslated('de')).toEqual([])
  })

  it('asks for nothing a rule does not tell', () => {
    for (const rule of startConfRules) {
      const words = german[rule.code as keyof typeof german]
      for (const part of ['message', 'fix'] as const) {
        const known = [...blanks(rule.message), ...blanks(rule.fix)]
        expect([rule.code, blanks(words[part]).filter((one) => !known.includes(one))]).toEqual([
          rule.code,
          [],
        ])
      }
    }
  })

  it('fills in what was found', () => {
    const { problems } = parseStartConf('[LINBO]\nGroup = x\n', { group: 'lab' })
    const found = problems.find((one) => one.code === 'group-differs')
    expect(found && wordsOf(found, 'de').message).toBe('Group ist „x“ in der Datei der Gruppe lab')
    expect(found && wordsOf(found, 'en').message).toBe('Group is "x" in the file of group lab')
  })
})
