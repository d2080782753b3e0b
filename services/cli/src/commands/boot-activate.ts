import { LinboError } from '@linbo/runtime'
import type { Io } from '../io.ts'
import type { BootPackageActivation, BootSet } from '../resources.ts'
import { showSteps } from '../steps.ts'
import { command, jsonArg } from './command.ts'

const packageArg = {
  version: {
    type: 'positional',
    required: true,
    description: 'Version, or id (linuxmuster-linbo7_7.4.11-0).',
  },
} as const

export const replaceArg = {
  replace: {
    type: 'boolean',
    description: 'Also replace files in LINBO_DIR that somebody changed.',
  },
} as const

export const activate = command({
  name: 'linbo boot activate',
  description: 'Builds a boot set from an imported version and gives it to machines.',
  args: { ...packageArg, ...replaceArg, ...jsonArg },
  async run(args, { io, client }) {
    const path = `/boot-packages/${encodeURIComponent(args.version)}/activate?replace=${args.replace === true}`
    const steps = showSteps(io)
    const done = await client
      .follow<BootPackageActivation>('POST', path, { onStep: steps.onStep })
      .finally(steps.close)
    if (args.json) io.out(JSON.stringify(done, null, 2))
    else printActivation(done, io)
    return undefined
  },
})

export function printActivation(done: BootPackageActivation, io: Io): void {
  io.out(`machines get ${done.package} now${done.set ? `, boot set ${done.set}` : ''}`)
  for (const warning of done.warnings) io.err(`  ${warning}`)
  if (done.kept.length === 0) return
  io.err('  these files in LINBO_DIR were changed on this server, and stay:')
  for (const path of done.kept) io.err(`    ${path}`)
  io.err(`  → To replace them: linbo boot activate ${done.package} --replace`)
}

export const remove = command({
  name: 'linbo boot remove',
  description: 'Removes an imported version that machines do not get.',
  args: packageArg,
  async run(args, { io, client }) {
    await client.request('DELETE', `/boot-packages/${encodeURIComponent(args.version)}`)
    io.out(`${args.version} removed`)
    return undefined
  },
})

export const rollback = command({
  name: 'linbo boot rollback',
  description: 'Gives machines the boot set they had before, or the one that is named.',
  args: {
    set: {
      type: 'positional',
      required: false,
      description: 'Boot set, as in `linbo boot list`.',
    },
  },
  async run(args, { io, client }) {
    const id = args.set ?? before(await client.all<BootSet>('/boot-sets'))
    await client.request('POST', `/boot-sets/${encodeURIComponent(id)}/activate`)
    io.out(`machines get boot set ${id} now`)
    return undefined
  },
})

/** The set made before the one in use. @throws LinboError `BOOT_SET_UNKNOWN` */
function before(sets: BootSet[]): string {
  const current = sets.findIndex(({ isCurrent }) => isCurrent)
  const found = sets.slice(current + 1).find(({ problem }) => problem === null)
  if (current >= 0 && found) return found.id
  throw new LinboError('BOOT_SET_UNKNOWN', 'there is no earlier boot set', {
    fix: 'linbo boot list shows the boot sets and packages there are.',
  })
}
