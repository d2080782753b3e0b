import { readFile } from 'node:fs/promises'
import { LinboError } from '@linbo/runtime'
import { usageError } from '../exit-code.ts'
import { table } from '../print.ts'
import type { GroupDetail } from '../resources.ts'
import { everyValue } from '../start-conf-set.ts'
import { command, jsonArg } from './command.ts'

const nameArg = {
  name: { type: 'positional', required: true, description: 'Host group.' },
} as const
const newNameArg = {
  new: { type: 'positional', required: true, description: 'Its new name.' },
} as const

const pathOf = (name: string, more = '') => `/groups/${encodeURIComponent(name)}${more}`

export const templates = command({
  name: 'linbo group templates',
  description: 'Lists the templates a group can be made from, with their parameters.',
  args: jsonArg,
  async run(args, { io, client }) {
    const items = await client.all<Template>('/start-conf/templates')
    if (args.json) io.out(JSON.stringify(items, null, 2))
    else {
      const rows = items.map(({ id, description, parameters }) => [
        ...[id, description, parameters.map((one) => one.name).join(' ')],
      ])
      io.out(table(['TEMPLATE', 'DESCRIPTION', 'PARAMETERS'], rows, io.columns))
    }
    return undefined
  },
})

interface Template {
  id: string
  description: string
  parameters: { name: string }[]
}

export const create = command({
  name: 'linbo group create',
  description: 'Makes a group from a template or a file.',
  args: {
    ...nameArg,
    template: { type: 'string', description: 'Template; linbo group templates lists them.' },
    param: { type: 'string', description: 'name=value for the template; again for more.' },
    file: { type: 'string', description: 'start.conf file.' },
    ...jsonArg,
  },
  async run(args, { io, client, rest }) {
    const { name, template, file } = args
    if ((template === undefined) === (file === undefined))
      throw usageError('a group needs a start.conf', 'Give either --template or --file.')
    const values = Object.fromEntries(everyValue(rest, '--param').map(parseParameter))
    const body = file
      ? { name, startConf: await read(file) }
      : { name, template: { id: template, values } }
    const made = await client.request<GroupDetail>('POST', '/groups', body)
    io.out(args.json ? JSON.stringify(made, null, 2) : `group ${name} made`)
    return undefined
  },
})

export const clone = command({
  name: 'linbo group clone',
  description: 'Makes another group with the same start.conf.',
  args: { ...nameArg, ...newNameArg },
  async run(args, { io, client }) {
    await client.request('POST', pathOf(args.name, '/clone'), { name: args.new })
    io.out(`group ${args.new} made like ${args.name}`)
    return undefined
  },
})

export const rename = command({
  name: 'linbo group rename',
  description: 'Gives a group another name: hosts, start.conf and all that hangs on it follow.',
  args: { ...nameArg, ...newNameArg, ...jsonArg },
  async run(args, { io, client }) {
    const answer = await client.request<{ hosts: number; files: string[] }>(
      ...(['POST', pathOf(args.name, '/rename'), { name: args.new }] as const),
    )
    if (args.json) io.out(JSON.stringify(answer, null, 2))
    else {
      io.out(`group ${args.name} is called ${args.new} now, with ${answer.hosts} hosts`)
      for (const file of answer.files) io.out(`moved too: ${file}`)
    }
    return undefined
  },
})

export const remove = command({
  name: 'linbo group remove',
  description: 'Removes a group without hosts; its history stays. Or forgets a former name.',
  args: nameArg,
  async run(args, { io, client }) {
    await client.request('DELETE', pathOf(args.name))
    io.out(`group ${args.name} removed`)
    return undefined
  },
})

function parseParameter(word: string): [string, string] {
  const at = word.indexOf('=')
  if (at < 1) throw usageError(`--param ${word}`, 'Write it as name=value.')
  return [word.slice(0, at), word.slice(at + 1)]
}

function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause) => {
    throw new LinboError('FILE_UNREADABLE', `cannot read ${file}`, {
      fix: 'Check the name.',
      cause,
    })
  })
}
