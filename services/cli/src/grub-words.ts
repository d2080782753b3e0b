import { table } from './print.ts'
import type { GroupGrub, HostGrub } from './resources.ts'

type Menu = NonNullable<GroupGrub['menu']>

/** The entries of a menu as a table, each with what it does. */
export function printMenu(menu: Menu): string {
  const rows = menu.entries.map((entry, index) => [
    index,
    entry.title,
    [describe(entry.action), ...marks(menu, index)].join('; '),
  ])
  return table(['NO', 'ENTRY', 'DOES'], rows)
}

function marks(menu: Menu, index: number): string[] {
  if (index === menu.defaultEntry) {
    return [menu.timeoutSeconds > 0 ? `starts after ${menu.timeoutSeconds} s` : 'starts at once']
  }
  return index === menu.fallbackEntry ? ['starts when the first cannot'] : []
}

function describe(action: Menu['entries'][number]['action']): string {
  if (action.kind === 'iso') return `starts ${action.file} from the cache`
  if (action.kind === 'system') {
    const where = action.label ? `partition ${action.label}` : (action.device ?? 'a partition')
    return `starts what is installed in ${where}`
  }
  const from = action.from === 'network' ? 'from the network' : 'from the cache, else the network'
  const done = action.commands.length > 0 ? `, which does ${action.commands.join(', ')}` : ''
  return `LINBO ${from}${done}`
}

/** Why a machine gets its configuration, as a sentence. */
export function describeReason({ hostname, group, reason, file }: HostGrub): string {
  switch (reason) {
    case 'host-link':
      return `${hostname} gets ${file}, through its link in hostcfg`
    case 'host-file':
      return `${hostname} gets its own ${file}`
    case 'group':
      return `${hostname} gets ${file}, because DHCP names group ${group}`
    case 'mac':
      return `${hostname} gets ${file}, by the address of its card`
    case 'none':
      return `${hostname} finds no configuration on the server: custom.cfg of its cache, else LINBO in failsafe mode`
    case 'main-hand-written':
      return `${file} is hand-written, and decides what ${hostname} gets`
    case 'main-missing':
      return `boot/grub/grub.cfg is missing: ${hostname} stops at GRUB's prompt`
  }
}
