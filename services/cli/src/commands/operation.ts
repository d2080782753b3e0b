import { followOperation } from '../follow.ts'
import { state, table, time } from '../print.ts'
import { createProgress } from '../progress.ts'
import type { Operation } from '../resources.ts'
import { command, group, jsonArg } from './command.ts'

const idArg = {
  id: { type: 'positional', required: true, description: "The operation's id." },
} as const

const list = command({
  name: 'linbo operation list',
  description: 'Lists operations, newest first.',
  args: {
    host: { type: 'string', description: 'Only operations of this host.' },
    state: {
      type: 'string',
      description: 'Only queued, running, done, failed, cancelled or interrupted ones.',
    },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    const query = new URLSearchParams({ limit: '50' })
    if (args.host) query.set('host', args.host)
    if (args.state) query.set('state', args.state)
    const { items } = await client.request<{ items: Operation[] }>('GET', `/operations?${query}`)
    if (args.json) io.out(JSON.stringify(items, null, 2))
    else {
      const rows = items.map((one) => [
        one.id,
        state(one.state),
        `${one.hosts.filter((host) => host.phase === 'done').length}/${one.hosts.length}`,
        one.commands || '(none)',
        time(one.createdAt),
        one.createdBy,
      ])
      const headings = ['OPERATION', 'STATE', 'DONE', 'COMMANDS', 'CREATED', 'BY']
      io.out(table(headings, rows, io.columns))
    }
    return undefined
  },
})

const show = command({
  name: 'linbo operation show',
  description: 'Shows an operation with the result of every host.',
  args: { ...idArg, ...jsonArg },
  async run(args, { io, client }) {
    const one = await client.request<Operation>('GET', `/operations/${encodeURIComponent(args.id)}`)
    if (args.json) io.out(JSON.stringify(one, null, 2))
    else {
      io.out(
        `${one.commands || '(none)'}: ${state(one.state)}, by ${one.createdBy} at ${time(one.createdAt)}\n`,
      )
      const rows = one.hosts.map((host) => [
        host.hostname,
        state(host.phase),
        host.reason ?? host.text,
      ])
      io.out(table(['HOST', 'PHASE', 'DETAIL'], rows))
    }
    return undefined
  },
})

const cancel = command({
  name: 'linbo operation cancel',
  description: 'Stops an operation on every host it still runs on.',
  args: idArg,
  async run(args, { io, client }) {
    await client.request('POST', `/operations/${encodeURIComponent(args.id)}/cancel`)
    io.out(`cancelling ${args.id}`)
    return undefined
  },
})

const follow = command({
  name: 'linbo operation follow',
  description: 'Shows the progress of an operation until it ends. Exit code 1 when a host failed.',
  args: { ...idArg, output: { type: 'boolean', description: 'Print what the clients print.' } },
  async run(args, { io, client }) {
    const one = await client.request<Operation>('GET', `/operations/${encodeURIComponent(args.id)}`)
    const progress = createProgress(io, one, { output: args.output === true })
    const ended = await followOperation(client, one, progress, { signal: io.signal })
    progress.close(ended)
    return ended?.state === 'done' ? 0 : 1
  },
})

export const operation = group(
  'linbo operation',
  'What was started on machines, and how it went.',
  {
    list,
    show,
    cancel,
    follow,
  },
)
