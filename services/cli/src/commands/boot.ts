import { build } from './boot-build.ts'
import { iso } from './boot-iso.ts'
import { list } from './boot-list.ts'
import { group } from './command.ts'

export const boot = group('linbo boot', 'The files machines boot from.', { list, build, iso })
