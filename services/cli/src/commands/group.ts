import { readFile } from 'node:fs/promises'
import { parseStartConf } from '@linbo/formats'
import { LinboError } from '@linbo/runtime'
import { state, table } from '../print.ts'
import type { Group } from '../resources.ts'
import { command, group as commands, jsonArg } from './command.ts'

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

const check = command({
  name: 'linbo group check',
  description: 'Checks a start.conf as a LINBO client would read it. Needs no server.',
  args: {
    file: { type: 'positional', required: true, description: 'start.conf file' },
    ...jsonArg,
  },
  async run(args, { io }) {
    const text = await readFile(args.file, 'utf8').catch((cause) => {
      throw new LinboError('FILE_UNREADABLE', `cannot read ${args.file}`, {
        fix: 'Check the name.',
        cause,
      })
    })
    const { problems } = parseStartConf(text)
    if (args.json) io.out(JSON.stringify(problems, null, 2))
    else {
      for (const one of problems) {
        io.out(
          `${args.file}:${one.line}: ${one.severity}: ${one.message}${one.fix ? ` → ${one.fix}` : ''}`,
        )
      }
      if (problems.length === 0) io.out(`${args.file}: nothing to complain about`)
    }
    return problems.some((one) => one.severity === 'error') ? 1 : 0
  },
})

export const group = commands('linbo group', 'Host groups and their start.conf.', {
  list,
  show,
  check,
})
