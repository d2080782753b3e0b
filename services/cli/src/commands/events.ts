import type { BusEvent } from '@linbo/bus'
import { usageError } from '../exit-code.ts'
import { fit, oneLine, time } from '../print.ts'
import { command, jsonArg } from './command.ts'

export const events = command({
  name: 'linbo events',
  description: 'Follows the event stream until Ctrl-C.',
  args: {
    since: { type: 'string', description: 'Replay from this event number on.' },
    type: {
      type: 'string',
      description: 'Only types that begin with this: boot, transfer.progress, …',
    },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    if (args.since !== undefined && !/^\d+$/.test(args.since))
      throw usageError(`--since ${args.since} is no event number`, 'Try --since 0.')
    const { lastEventId } = await client.request<{ lastEventId: number }>('GET', '/status')
    await client.events({
      since: args.since === undefined ? lastEventId : Number(args.since),
      signal: io.signal,
      onEvent: (event) => {
        if (args.type && !event.type.startsWith(args.type)) return
        io.out(args.json ? JSON.stringify(event) : fit(line(event), io.columns))
      },
      onGap: () => io.err('linbo: older events are no longer kept'),
    })
    return undefined
  },
})

function line(event: BusEvent): string {
  const { id, at, type, ...fields } = event
  const facts = Object.entries(fields)
    .filter(([, value]) => value !== null && value !== '')
    .map(
      ([name, value]) =>
        `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value).trimEnd()}`,
    )
  return `${time(at).slice(11)} ${id} ${type.padEnd(18)} ${oneLine(facts.join(' '))}`
}
