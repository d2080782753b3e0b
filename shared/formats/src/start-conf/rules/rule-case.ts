import type { StartConfOptions } from '../start-conf.ts'
import { dual, dualWith, kiosk, liveIso, swap } from '../testdata.ts'

/** One rule: a text that has the problem, where, and one that looks alike and has not. */
export interface RuleCase {
  code: string
  bad: string
  /** The line that has it, or the number of the line. */
  at: string | number
  good: string
  options?: StartConfOptions
  /** A piece of the text that the fix leads to; left out when there is none. */
  fixed?: string
  isSafe?: boolean
}

/** `dual` changed in one place for the bad and in another way for the good text. */
export function change(
  code: string,
  from: string,
  bad: string,
  good: string,
  more: Partial<RuleCase> = {},
): RuleCase {
  const at = bad.split('\n')[0] ?? ''
  return { code, bad: dualWith([from, bad]), at, good: dualWith([from, good]), ...more }
}

export const withIso = `${dual}\n${liveIso}`
export { dual, dualWith, kiosk, liveIso, swap }
