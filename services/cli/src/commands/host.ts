import { bootTimeline } from '../boot-timeline.ts'
import { usageError } from '../exit-code.ts'
import { state, table, time } from '../print.ts'
import type { Boot, Host } from '../resources.ts'
import { command, group, jsonArg } from './command.ts'
import { hostGrub } from './grub.ts'
import { exportHosts, importFile } from './host-devices.ts'
import { hardware } from './host-hardware.ts'
import { log } from './host-log.ts'
import { adopt, unknown } from './host-unknown.ts'

const nameArg = {
  hostname: { type: 'positional', required: true, description: 'Host name.' },
} as const
const fieldArgs = {
  mac: { type: 'string', description: 'MAC address.' },
  ip: { type: 'string', description: 'Fixed IPv4 address; without it the pool gives one.' },
  group: { type: 'string', description: 'Host group: the suffix of its start.conf.' },
  room: { type: 'string', description: 'Room.' },
  school: { type: 'string', description: 'School.' },
  pxe: { type: 'string', description: '0 no PXE, 1 LINBO (the default).' },
} as const

const list = command({
  name: 'linbo host list',
  description: 'Lists the hosts with their status.',
  args: {
    room: { type: 'string', description: 'Only this room.' },
    group: { type: 'string', description: 'Only this group.' },
    school: { type: 'string', description: 'Only this school.' },
    status: {
      type: 'string',
      description: 'Only hosts that are off, booting, linbo, os or unknown.',
    },
    search: { type: 'string', description: 'Part of a name, MAC or address.' },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    const query = new URLSearchParams()
    for (const name of ['room', 'group', 'school', 'status', 'search'] as const) {
      if (args[name]) query.set(name, args[name])
    }
    const hosts = await client.all<Host>(`/hosts?${query}`)
    if (args.json) io.out(JSON.stringify(hosts, null, 2))
    else {
      const rows = hosts.map((host) => [
        host.hostname,
        state(host.status) + (host.os ? ` (${host.os})` : ''),
        host.ip ?? 'DHCP',
        host.mac,
        host.group,
        host.room,
        lastStep(host),
      ])
      io.out(table(['HOST', 'STATUS', 'IP', 'MAC', 'GROUP', 'ROOM', 'LAST BOOT'], rows, io.columns))
    }
    return undefined
  },
})

const show = command({
  name: 'linbo host show',
  description: 'Shows one host, its last boot and what came of it.',
  args: { ...nameArg, ...jsonArg },
  async run(args, { io, client }) {
    const name = encodeURIComponent(args.hostname)
    const host = await client.request<Host>('GET', `/hosts/${name}`)
    const lastBoot =
      host.boot && (await client.request<Boot>('GET', `/boots/${encodeURIComponent(host.boot.id)}`))
    if (args.json) io.out(JSON.stringify({ ...host, lastBoot }, null, 2))
    else {
      const { boot, statusAt, ...fields } = host
      const rows = Object.entries(fields).map(([name, value]) => [name, String(value ?? '')])
      if (statusAt) rows.push(['since', time(statusAt)])
      io.out(table(['FIELD', 'VALUE'], rows))
      if (lastBoot) io.out(`\n${bootTimeline(lastBoot, io.columns)}`)
    }
    return undefined
  },
})

/** What matters about the last boot: why it stopped, else how far it came. */
function lastStep({ boot }: Host): string {
  if (!boot) return ''
  if (boot.verdict?.severity === 'error') return boot.verdict.title
  return [boot.step, boot.detail].filter(Boolean).join(': ')
}

const add = command({
  name: 'linbo host add',
  description: 'Adds a host.',
  args: {
    ...nameArg,
    ...fieldArgs,
    mac: { ...fieldArgs.mac, required: true },
    group: { ...fieldArgs.group, required: true },
    room: { ...fieldArgs.room, required: true },
  },
  async run(args, { io, client }) {
    const { hostname, mac, group, room, ip, school, pxe } = args
    if (pxe !== undefined && !/^\d$/.test(pxe))
      throw usageError(`--pxe ${pxe} is no PXE flag`, 'Use 0 or 1.')
    const host = {
      ...{ hostname, mac, group, room },
      ...(ip ? { ip } : {}),
      ...(school ? { school } : {}),
      ...(pxe ? { pxe: Number(pxe) } : {}),
    }
    await client.request('POST', '/hosts', host)
    io.out(`added ${hostname}`)
    return undefined
  },
})

const remove = command({
  name: 'linbo host remove',
  description: 'Removes a host.',
  args: nameArg,
  async run(args, { io, client }) {
    await client.request('DELETE', `/hosts/${encodeURIComponent(args.hostname)}`)
    io.out(`removed ${args.hostname}`)
    return undefined
  },
})

const forgetKey = command({
  name: 'linbo host forget-key',
  description: 'Forgets the pinned SSH host key of a host whose key was renewed.',
  args: nameArg,
  async run(args, { io, client }) {
    await client.request('DELETE', `/hosts/${encodeURIComponent(args.hostname)}/known-key`)
    io.out(`the next connection to ${args.hostname} pins its key anew`)
    return undefined
  },
})

export const host = group('linbo host', 'The machines.', {
  list,
  show,
  add,
  remove,
  import: importFile,
  export: exportHosts,
  'forget-key': forgetKey,
  grub: hostGrub,
  unknown,
  adopt,
  hardware,
  log,
})
