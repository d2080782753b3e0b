import { ExitCode } from '../exit-code.ts'
import { bytes, state, table, time } from '../print.ts'
import type { BootFile } from '../resources.ts'
import { command, jsonArg } from './command.ts'

export const list = command({
  name: 'linbo boot list',
  description: 'Lists the files machines boot from, and how to get what is missing.',
  args: jsonArg,
  async run(args, { io, client }) {
    const files = await client.all<BootFile>('/boot-files')
    if (args.json) io.out(JSON.stringify(files, null, 2))
    else {
      const rows = files.map((file) => [
        file.path,
        state(file.present ? 'present' : file.required ? 'missing' : 'absent'),
        bytes(file.sizeBytes),
        time(file.modifiedAt),
      ])
      io.out(table(['FILE', 'STATE', 'SIZE', 'CHANGED'], rows, io.columns))
      for (const file of files) if (file.fix) io.out(`${file.path}\n  → ${file.fix}`)
    }
    const isComplete = files.every((file) => file.present || !file.required)
    return isComplete ? ExitCode.good : ExitCode.failed
  },
})
