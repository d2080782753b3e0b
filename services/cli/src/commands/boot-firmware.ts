import { state, table } from '../print.ts'
import type { BootFirmware } from '../resources.ts'
import { command, jsonArg } from './command.ts'

const path = '/boot-files/firmware'

export const firmware = command({
  name: 'linbo boot firmware',
  description: 'Lists the firmware that clients miss or get, and says which ones they shall get.',
  args: {
    add: { type: 'string', description: 'Names to add, separated by commas.' },
    remove: { type: 'string', description: 'Names to take out, separated by commas.' },
    missing: { type: 'boolean', description: 'Add all that clients miss and this server has.' },
    ...jsonArg,
  },
  async run(args, { io, client }) {
    let list = await client.all<BootFirmware>(path)
    const before = list.filter((one) => one.configured).map((one) => one.name)
    const added = args.missing ? list.filter((one) => one.found && one.hosts.length > 0) : []
    const removed = words(args.remove)
    const names = [
      ...new Set([...before, ...words(args.add), ...added.map((one) => one.name)]),
    ].filter((name) => !removed.includes(name))
    const isChanged = names.join() !== before.join()
    if (isChanged) {
      list = (await client.request<{ items: BootFirmware[] }>('PUT', path, { names })).items
    }
    if (args.json) io.out(JSON.stringify(list, null, 2))
    else {
      const rows = list.map((one) => [
        one.name,
        one.configured ? 'yes' : 'no',
        state(one.found ? 'present' : 'missing'),
        one.hosts.length > 3 ? `${one.hosts.length} hosts` : one.hosts.join(', '),
      ])
      io.out(table(['FIRMWARE', 'FOR CLIENTS', 'HERE', 'MISSED BY'], rows, io.columns))
      if (isChanged) io.err('To give it to clients: linbo boot build')
    }
    return undefined
  },
})

const words = (text: string | undefined) =>
  (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean)
