import { LinboError } from '@linbo/runtime'
import type { Client } from '../client.ts'
import { usageError } from '../exit-code.ts'
import { state, table, time } from '../print.ts'
import type { Registration } from '../resources.ts'
import { command, group, jsonArg } from './command.ts'
import { rules } from './registration-rules.ts'

const whichArg = {
  which: {
    type: 'positional',
    required: true,
    description: 'Host name or MAC it registered with, or the id.',
  },
} as const

/** The registration that is meant: one that waits is found by name and MAC, any by its id. */
async function find(client: Client, which: string): Promise<Registration> {
  const all = await client.all<Registration>('/registrations')
  const word = which.toLowerCase()
  const fits = (one: Registration) => one.hostname === word || one.mac === word
  const waiting = all.filter((one) => one.state === 'pending' && fits(one))
  const found = all.find((one) => one.id === which) ?? waiting[0] ?? all.find(fits)
  if (waiting.length > 1 && found?.id !== which) {
    throw usageError(
      `${which} is what ${waiting.length} registrations want`,
      `Name one by its MAC: ${waiting.map((one) => one.mac).join(', ')}.`,
    )
  }
  if (found) return found
  throw new LinboError('REGISTRATION_UNKNOWN', `there is no registration ${which}`, {
    fix: 'linbo registration list',
  })
}

const list = command({
  name: 'linbo registration list',
  description: 'Lists the machines that asked to become hosts.',
  args: {
    state: { type: 'string', description: 'pending, approved, rejected, duplicate; else all.' },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    const query = args.state ? `?state=${encodeURIComponent(args.state)}` : ''
    const all = await client.all<Registration>(`/registrations${query}`)
    if (args.json) io.out(JSON.stringify(all, null, 2))
    else {
      const rows = all.map((one) => [
        ...[one.hostname, state(one.state), one.ip ?? 'DHCP', one.mac, one.group, one.room],
        time(one.lastAt),
        one.reason ?? clash(one),
      ])
      const headings = ['HOST', 'STATE', 'IP', 'MAC', 'GROUP', 'ROOM', 'ASKED', 'REMARK']
      io.out(table(headings, rows, io.columns))
    }
    return undefined
  },
})

/** What is in the way of approving it. */
function clash({ state, conflicts, hasStartConf, group }: Registration): string {
  if (state !== 'pending') return ''
  const taken = conflicts.map(({ value, host }) => `${value} belongs to ${host ?? 'another one'}`)
  return [...taken, ...(hasStartConf ? [] : [`there is no start.conf.${group}`])].join('; ')
}

const show = command({
  name: 'linbo registration show',
  description: 'Shows one registration.',
  args: { ...whichArg, ...jsonArg },
  async run(args, { io, client }) {
    const one = await find(client, args.which)
    if (args.json) io.out(JSON.stringify(one, null, 2))
    else {
      const { conflicts: _, ...fields } = one
      const rows = Object.entries(fields).map(([name, value]) => [name, String(value ?? '')])
      io.out(table(['FIELD', 'VALUE'], [...rows, ['in the way', clash(one)]]))
    }
    return undefined
  },
})

const edit = command({
  name: 'linbo registration edit',
  description: 'Changes what a machine asked for, while it waits.',
  args: {
    ...whichArg,
    hostname: { type: 'string', description: 'Host name.' },
    mac: { type: 'string', description: 'MAC address.' },
    ip: { type: 'string', description: 'Fixed IPv4 address, or DHCP.' },
    room: { type: 'string', description: 'Room.' },
    group: { type: 'string', description: 'Host group.' },
    role: { type: 'string', description: 'Role.' },
    pxe: { type: 'string', description: '0 no PXE, 1 LINBO.' },
  },
  async run(args, { io, client }) {
    const { hostname, mac, ip, room, group, role, pxe } = args
    const given = {
      ...{ hostname, mac, room, group, role },
      ip: ip?.toUpperCase() === 'DHCP' ? null : ip,
      pxe: pxe === undefined ? undefined : Number(pxe),
    }
    const changes = Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    )
    if (Object.keys(changes).length === 0)
      throw usageError('nothing is to be changed', 'Give --hostname, --ip, --room, ….')
    const { id } = await find(client, args.which)
    const one = await client.request<Registration>('PATCH', `/registrations/${id}`, changes)
    io.out(`changed ${one.hostname}`)
    return undefined
  },
})

const approve = command({
  name: 'linbo registration approve',
  description: 'Makes a host of a machine that registered; it boots as itself the next time.',
  args: {
    which: { ...whichArg.which, required: false },
    all: { type: 'boolean', description: 'Approve everything that waits.' },
    replace: {
      type: 'boolean',
      description: 'Take the place of the host that has its name, and of the one that has its MAC.',
    },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    const replace = args.replace ?? false
    if ((args.all === true) === (args.which !== undefined))
      throw usageError('name one registration, or give --all', 'linbo registration list')
    const ids = args.which === undefined ? {} : { ids: [(await find(client, args.which)).id] }
    const { items } = await client.request<{ items: Outcome[] }>('POST', '/registrations/approve', {
      ...ids,
      replace,
    })
    if (args.json) io.out(JSON.stringify(items, null, 2))
    else {
      for (const { hostname, problem } of items) {
        if (problem) io.err(problem.detail)
        else io.out(`approved ${hostname}`)
      }
      if (items.length === 0) io.out('nothing waits')
    }
    return items.some((one) => one.problem) ? 1 : 0
  },
})

interface Outcome {
  id: string
  hostname: string | null
  problem: { code: string; detail: string } | null
}

const reject = command({
  name: 'linbo registration reject',
  description: 'Rejects a registration.',
  args: { ...whichArg, reason: { type: 'string', description: 'Why, for the record.' } },
  async run(args, { io, client }) {
    const { id, hostname } = await find(client, args.which)
    const reason = args.reason ?? null
    await client.request('POST', `/registrations/${id}/reject`, { reason })
    io.out(`rejected ${hostname}`)
    return undefined
  },
})

export const registration = group(
  'linbo registration',
  'Machines that asked from their screen to become hosts.',
  { list, show, edit, approve, reject, rules },
)
