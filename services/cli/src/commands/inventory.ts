import { bytes, table } from '../print.ts'
import type { InventoryItem } from '../resources.ts'
import { command, jsonArg } from './command.ts'

export const inventory = command({
  name: 'linbo inventory',
  description: 'Lists the hosts with what they are made of.',
  args: {
    search: { type: 'string', description: 'Words that all stand in a host or its hardware.' },
    room: { type: 'string', description: 'Only this room.' },
    group: { type: 'string', description: 'Only this group.' },
    school: { type: 'string', description: 'Only this school.' },
    csv: { type: 'boolean', description: 'Print a table for spreadsheets.' },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    const query = new URLSearchParams()
    for (const name of ['search', 'room', 'group', 'school'] as const) {
      if (args[name]) query.set(name, args[name])
    }
    if (args.csv) {
      io.write(await client.text('GET', `/inventory/export?${query}`))
      return undefined
    }
    const hosts = await client.all<InventoryItem>(`/inventory?${query}`)
    if (args.json) io.out(JSON.stringify(hosts, null, 2))
    else {
      const rows = hosts.map(({ hostname, room, hardware }) => [
        ...[hostname, room, hardware?.system.product, hardware?.cpu.model],
        hardware?.memory.sizeBytes ? `${Math.round(hardware.memory.sizeBytes / 2 ** 30)} GiB` : '',
        hardware?.disks.map((disk) => bytes(disk.sizeBytes)).join(', '),
        hardware?.bios.version,
        hardware?.missingFirmware.length ? `${hardware.missingFirmware.length} missing` : '',
      ])
      const headings = ['HOST', 'ROOM', 'MACHINE', 'CPU', 'MEMORY', 'DISKS', 'BIOS', 'FIRMWARE']
      io.out(table(headings, rows, io.columns))
    }
    return undefined
  },
})
