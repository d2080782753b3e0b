import { state, table, time } from '../print.ts'
import type { Group, GroupDetail } from '../resources.ts'
import { command, group as commands, jsonArg } from './command.ts'
import { check } from './group-check.ts'
import { edit } from './group-edit.ts'
import { diff, history, restore } from './group-history.ts'
import { clone, create, remove, rename, templates } from './group-names.ts'
import { groupGrub } from './grub.ts'

const list = command({
  name: 'linbo group list',
  description: 'Lists the host groups.',
  args: {
    removed: { type: 'boolean', description: 'Those that are gone and can be restored.' },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    const groups = await client.all<Group>(`/groups${args.removed ? '?removed=true' : ''}`)
    if (args.json) io.out(JSON.stringify(groups, null, 2))
    else {
      const rows = groups.map((one) => [
        ...[one.name, one.hosts, condition(one), one.os.map((os) => os.name).join(', ')],
        ...[one.changed ? time(one.changed.at) : '', one.changed?.author],
      ])
      const headings = ['GROUP', 'HOSTS', 'START.CONF', 'OS', 'CHANGED', 'BY']
      io.out(table(headings, rows, io.columns))
    }
    return undefined
  },
})

function condition(one: Group): string {
  if (!one.startConf) return state('missing')
  if (one.errors > 0) return state('failed')
  return one.warnings > 0
    ? `${one.warnings} ${state('warning')}${one.warnings === 1 ? '' : 's'}`
    : state('ok')
}

const show = command({
  name: 'linbo group show',
  description: "Prints a group's start.conf, or with --json all about the group.",
  args: {
    name: { type: 'positional', required: true, description: 'Host group.' },
    version: { type: 'string', description: 'Number of an older version.' },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    const path = `/groups/${encodeURIComponent(args.name)}`
    if (args.version) {
      const number = encodeURIComponent(args.version)
      const version = await client.request<{ text: string | null }>(
        'GET',
        `${path}/versions/${number}`,
      )
      if (args.json) io.out(JSON.stringify(version, null, 2))
      else io.write(version.text ?? '')
    } else if (args.json) {
      io.out(JSON.stringify(await client.request<GroupDetail>('GET', path), null, 2))
    } else io.write(await client.text('GET', `${path}/start-conf`))
    return undefined
  },
})

export const group = commands('linbo group', 'Host groups and their start.conf.', {
  ...{ list, show, edit, create, clone, rename, remove },
  ...{ history, diff, restore, templates, check, grub: groupGrub },
})
