import { ExitCode } from '../exit-code.ts'
import { bytes, state, table } from '../print.ts'
import type { Status } from '../resources.ts'
import { command, jsonArg } from './command.ts'

export const status = command({
  name: 'linbo status',
  description: 'How the services are and what is going on.',
  args: jsonArg,
  async run(args, { io, client }) {
    const now = await client.request<Status>('GET', '/status')
    if (args.json) io.out(JSON.stringify(now, null, 2))
    else {
      const hosts = Object.entries(now.hosts.byStatus).map(
        ([name, count]) => `${count} ${state(name)}`,
      )
      io.out(`LINBO server suite ${now.version} at ${client.url}, clients are told ${now.serverIp}`)
      io.out(`hosts       ${now.hosts.total}${hosts.length > 0 ? ` (${hosts.join(', ')})` : ''}`)
      io.out(`operations  ${now.operations.running} running, ${now.operations.queued} waiting`)
      io.out(
        `transfers   ${now.transfers.running} running, ${bytes(now.transfers.bytesPerSecond)}/s\n`,
      )
      const rows = now.services.map((one) => [
        one.service,
        state(one.state),
        one.machine,
        one.detail,
      ])
      io.out(table(['SERVICE', 'STATE', 'MACHINE', 'DETAIL'], rows, io.columns))
    }
    return now.services.some((one) => one.state === 'failed') ? ExitCode.failed : ExitCode.good
  },
})
