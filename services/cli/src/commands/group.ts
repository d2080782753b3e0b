import { state, table } from '../print.ts'
import type { Group } from '../resources.ts'
import { command, group as commands, jsonArg } from './command.ts'
import { check } from './group-check.ts'
import { groupGrub } from './grub.ts'

const nameArg = {
  name: { type: 'positional', required: true, description: 'Host group.' },
} as const

const list = command({
  name: 'linbo group list',
  description: 'Lists the host groups.',
  args: jsonArg,
  async run(args, { io, client }) {
    const groups = await client.all<Group>('/groups')
    if (args.json) io.out(JSON.stringify(groups, null, 2))
    else {
      const rows = groups.map((one) => [
        one.name,
        one.hosts,
        one.startConf ? 'yes' : state('failed'),
      ])
      io.out(table(['GROUP', 'HOSTS', 'START.CONF'], rows))
    }
    return undefined
  },
})

const show = command({
  name: 'linbo group show',
  description: "Prints a group's start.conf.",
  args: nameArg,
  async run(args, { io, client }) {
    const path = `/groups/${encodeURIComponent(args.name)}/start-conf`
    io.out((await client.text('GET', path)).trimEnd())
    return undefined
  },
})

export const group = commands('linbo group', 'Host groups and their start.conf.', {
  list,
  show,
  check,
  grub: groupGrub,
})
