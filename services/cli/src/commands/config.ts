import { table } from '../print.ts'
import { command, jsonArg } from './command.ts'
import { setPassword } from './config-password.ts'

export const config = command({
  name: 'linbo config',
  description:
    'Prints the effective settings of this machine, where each comes from, secrets hidden.',
  args: jsonArg,
  subCommands: { 'set-password': setPassword },
  async run(args, { io }) {
    const { effectiveSettings } = await import('@linbo/server')
    const rows = effectiveSettings({
      environment: io.env,
      ...(io.checkout ? { checkout: io.checkout } : {}),
    })
    if (args.json) io.out(JSON.stringify(rows, null, 2))
    else
      io.out(
        table(
          ['SETTING', 'VALUE', 'FROM', 'MEANING'],
          rows.map((row) => [row.name, row.value, row.origin, row.sentence]),
          io.columns,
        ),
      )
    return undefined
  },
})
