import { lookUp } from './checked.ts'
import type { KeyLine } from './line.ts'
import { findingsOf, type Rule } from './rule.ts'
import { bootTableRules } from './rules/boot-table-rules.ts'
import { cacheRules } from './rules/cache-rules.ts'
import { deviceRules } from './rules/device-rules.ts'
import { fileSystemRules } from './rules/filesystem-rules.ts'
import { imageRules } from './rules/image-rules.ts'
import { kernelRules } from './rules/kernel-rules.ts'
import { keyRules } from './rules/key-rules.ts'
import { labelRules } from './rules/label-rules.ts'
import { lengthRule } from './rules/length-rule.ts'
import { linboRules } from './rules/linbo-rules.ts'
import { lineRules } from './rules/line-rules.ts'
import { oldKeyRules } from './rules/old-key-rules.ts'
import { osRules } from './rules/os-rules.ts'
import { sectionRules } from './rules/section-rules.ts'
import { sizeRules } from './rules/size-rules.ts'
import { startRules } from './rules/start-rules.ts'
import { valueRules } from './rules/value-rules.ts'
import type { OpenSection } from './section.ts'
import type { Problem, StartConf, StartConfOptions } from './start-conf.ts'

/** Everything a start.conf can have wrong, by subject. */
export const startConfRules: readonly Rule[] = [
  lengthRule,
  ...lineRules,
  ...sectionRules,
  ...keyRules,
  ...oldKeyRules,
  ...valueRules,
  ...linboRules,
  ...kernelRules,
  ...cacheRules,
  ...deviceRules,
  ...labelRules,
  ...sizeRules,
  ...fileSystemRules,
  ...bootTableRules,
  ...osRules,
  ...imageRules,
  ...startRules,
]

/** Everything wrong with a start.conf, in line order. Whether the fixes help is not tried out. */
export function findProblems(
  conf: StartConf,
  sections: OpenSection[],
  stray: KeyLine[],
  options: StartConfOptions,
): Problem[] {
  const checked = lookUp(conf, sections, stray, options)
  const tooLong = findingsOf(lengthRule, checked)
  if (tooLong.length > 0) return tooLong
  const problems = startConfRules.flatMap((rule) => findingsOf(rule, checked))
  return problems.sort((a, b) => a.line - b.line || a.column - b.column)
}
