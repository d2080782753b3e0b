import { table, time } from '../print.ts'
import type { StartConfVersion } from '../resources.ts'
import { command, jsonArg } from './command.ts'

const nameArg = {
  name: { type: 'positional', required: true, description: 'Host group, also one that is gone.' },
} as const

const pathOf = (name: string, more: string) => `/groups/${encodeURIComponent(name)}/${more}`

export const history = command({
  name: 'linbo group history',
  description: 'Lists every start.conf the group ever had: who changed it, when and how.',
  args: { ...nameArg, ...jsonArg },
  async run(args, { io, client }) {
    const versions = await client.all<StartConfVersion>(pathOf(args.name, 'versions'))
    if (args.json) io.out(JSON.stringify(versions, null, 2))
    else {
      const rows = versions.map((one) => [
        ...[one.number, time(one.at), one.author, one.source],
        ...[one.sizeBytes === null ? 'removed' : `${one.sizeBytes} B`, one.comment],
      ])
      const headings = ['VERSION', 'AT', 'BY', 'HOW', 'SIZE', 'COMMENT']
      io.out(table(headings, rows, io.columns))
    }
    return undefined
  },
})

export const diff = command({
  name: 'linbo group diff',
  description: 'Prints what changed between two versions of the start.conf.',
  args: {
    ...nameArg,
    from: { type: 'string', description: 'Version, or 0 for nothing. Default: the one before.' },
    to: { type: 'string', default: 'current', description: 'Version, or current.' },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    const query = new URLSearchParams({ to: args.to, ...(args.from ? { from: args.from } : {}) })
    const answer = await client.request<{ text: string }>('GET', pathOf(args.name, `diff?${query}`))
    if (args.json) io.out(JSON.stringify(answer, null, 2))
    else io.write(answer.text)
    return undefined
  },
})

export const restore = command({
  name: 'linbo group restore',
  description: "Makes a version the group's start.conf again; a group that was removed comes back.",
  args: {
    ...nameArg,
    version: { type: 'positional', required: true, description: 'Number of the version.' },
    comment: { type: 'string', description: 'Kept with the new version.' },
  },
  async run(args, { io, client }) {
    const query = args.comment ? `?comment=${encodeURIComponent(args.comment)}` : ''
    const version = encodeURIComponent(args.version)
    await client.request('POST', pathOf(args.name, `versions/${version}/restore${query}`))
    io.out(`start.conf.${args.name} is version ${args.version} again`)
    return undefined
  },
})
