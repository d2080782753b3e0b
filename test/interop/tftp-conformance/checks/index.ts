import type { Check } from '../check.ts'
import { changes } from './changes.ts'
import { loss } from './loss.ts'
import { options } from './options.ts'
import { paths } from './paths.ts'
import { requests } from './requests.ts'
import { sizes } from './sizes.ts'
import { strangers } from './strangers.ts'
import { text } from './text.ts'
import { timing } from './timing.ts'
import { windows } from './windows.ts'

export { floods } from './floods.ts'

/** By what they are about. They may all run at once. */
export const checks: Record<string, Check[]> = {
  timing,
  sizes,
  requests,
  options,
  windows,
  loss,
  strangers,
  paths,
  changes,
  text,
}
