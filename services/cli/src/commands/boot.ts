import { activate, remove, rollback } from './boot-activate.ts'
import { build } from './boot-build.ts'
import { firmware } from './boot-firmware.ts'
import { importCommand } from './boot-import.ts'
import { iso } from './boot-iso.ts'
import { list } from './boot-list.ts'
import { group } from './command.ts'

export const boot = group('linbo boot', 'The files machines boot from.', {
  list,
  import: importCommand,
  activate,
  rollback,
  remove,
  build,
  firmware,
  iso,
})
