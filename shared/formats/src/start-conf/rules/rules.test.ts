import { describe, expect, it } from 'vitest'
import { applyFix } from '../fix.ts'
import { startConfRules } from '../rule-list.ts'
import { type Problem, parseStartConf } from '../start-conf.ts'
import { diskCases } from './disk-cases.ts'
import { linboCases } from './linbo-cases.ts'
import { osCases } from './os-cases.ts'
import type { RuleCase } from './rule-case.ts'
import { textCases } from './text-cases.ts'

const cases = [...textCases, ...linboCases, ...diskCases, ...osCases]
const named = (one: RuleCase) => [`${one.code}, ${one.at}`, one] as const
const found = (text: string, one: RuleCase) =>
  parseStartConf(text, one.options).problems.filter((problem) => problem.code === one.code)
const errors = (problems: Problem[]) => problems.filter((one) => one.severity === 'error').length

describe('rules', () => {
  it('each have a case where they complain and one where they do not', () => {
    const codes = startConfRules.map((rule) => rule.code)
    expect(new Set(codes).size).toBe(codes.length)
    expect(codes.filter((code) => !/^[a-z]+(-[a-z]+)*$/.test(code))).toEqual([])
    expect([...new Set(cases.map((one) => one.code))].sort()).toEqual(codes.toSorted())
  })

  it.each(cases.map(named))('%s: is found where it is', (_name, one) => {
    const [first] = found(one.bad, one)
    const lines = one.bad.split('\n')
    const line = typeof one.at === 'number' ? one.at : lines.indexOf(one.at) + 1
    expect(first).toMatchObject({ code: one.code, line, endLine: line })
    expect(first?.message).not.toMatch(/[{}]|undefined/)
    expect(first?.fix).toMatch(/^[A-Z].*\.$/)
    expect(first?.fix).not.toMatch(/[{}]|undefined/)
    expect(first?.explanation).toMatch(/^.{20,}\.$/)
  })

  it.each(cases.map(named))('%s: is not found where it is not', (_name, one) => {
    expect(found(one.good, one)).toEqual([])
  })

  it.each(cases.map(named))('%s: its fix leads to what it should', (_name, one) => {
    const before = parseStartConf(one.bad, one.options).problems
    const problem = before.find((candidate) => candidate.code === one.code)
    if (one.fixed === undefined) {
      expect(problem?.edits).toEqual([])
      expect(problem?.isSafe).toBe(false)
      return
    }
    expect(problem?.isSafe).toBe(one.isSafe ?? false)
    const text = problem ? applyFix(one.bad, problem) : ''
    expect(text).toContain(one.fixed)
    expect(found(text, one).length).toBeLessThan(found(one.bad, one).length)
    expect(errors(parseStartConf(text, one.options).problems)).toBeLessThanOrEqual(errors(before))
  })
})
