import { state, table, time } from '../print.ts'
import type { Host, UnknownMachine } from '../resources.ts'
import { command, jsonArg } from './command.ts'

export const unknown = command({
  name: 'linbo host unknown',
  description: 'Lists machines that tried to boot and are no hosts.',
  args: {
    all: { type: 'boolean', description: 'Also those that only asked for an address.' },
    hidden: { type: 'boolean', description: 'Also those that are hidden.' },
    hide: { type: 'string', description: 'Hide the machine with this MAC.' },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    if (args.hide) {
      const path = `/unknown-machines/${encodeURIComponent(args.hide)}`
      await client.request('PATCH', path, { hidden: true })
      io.out(`hidden ${args.hide}`)
      return undefined
    }
    const query = new URLSearchParams()
    if (args.all) query.set('all', 'true')
    if (args.hidden) query.set('hidden', 'true')
    const machines = await client.all<UnknownMachine>(`/unknown-machines?${query}`)
    if (args.json) io.out(JSON.stringify(machines, null, 2))
    else {
      const rows = machines.map((one) => [
        ...[one.mac, one.ip, one.firmware, one.boots, time(one.lastAt)],
        one.hardware?.system.product,
        one.boot?.verdict?.title ??
          [one.step, one.ok === false ? state('failed') : null, one.detail]
            .filter(Boolean)
            .join(' '),
      ])
      const headings = ['MAC', 'IP', 'FIRMWARE', 'BOOTS', 'SEEN', 'MACHINE', 'LAST']
      io.out(table(headings, rows, io.columns))
    }
    return undefined
  },
})

export const adopt = command({
  name: 'linbo host adopt',
  description:
    'Makes a host of an unknown machine; it boots as its new self the next time. What is not given is counted on from ' +
    'the hosts of the room.',
  args: {
    mac: { type: 'positional', required: true, description: 'MAC address.' },
    name: { type: 'string', description: 'Host name.' },
    room: { type: 'string', description: 'Room.' },
    group: { type: 'string', description: 'Host group.' },
    ip: { type: 'string', description: 'Fixed IPv4 address, or DHCP.' },
    'dry-run': { type: 'boolean', description: 'Only tell what would be proposed.' },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    const { mac, name: hostname, room, group, ip } = args
    const path = `/unknown-machines/${encodeURIComponent(mac)}`
    const query = new URLSearchParams({ ...(room ? { room } : {}), ...(group ? { group } : {}) })
    const fields = {
      ...(hostname ? { hostname } : {}),
      ...(room ? { room } : {}),
      ...(group ? { group } : {}),
      ...(ip ? { ip: ip.toUpperCase() === 'DHCP' ? null : ip } : {}),
    }
    const host = args['dry-run']
      ? await client.request<Adopted>('GET', `${path}/proposal?${query}`).then((proposed) => ({
          ...{ ...proposed, ...fields },
        }))
      : await client.request<Host>('POST', `${path}/adopt`, fields)
    if (args.json) io.out(JSON.stringify(host, null, 2))
    else {
      const what = `${mac} as ${host.hostname}, ${host.ip ?? 'DHCP'}, room ${host.room}, group ${host.group}`
      io.out(args['dry-run'] ? `would adopt ${what}` : `adopted ${what}`)
    }
    return undefined
  },
})

type Adopted = Pick<Host, 'hostname' | 'ip' | 'room' | 'group'>
