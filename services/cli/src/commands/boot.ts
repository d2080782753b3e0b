import { buildNetDir, ensureTree } from '@linbo/boot'
import { ExitCode } from '../exit-code.ts'
import { localSettings } from '../local-settings.ts'
import { bytes, state, table, time } from '../print.ts'
import type { BootFile } from '../resources.ts'
import { command, group, jsonArg } from './command.ts'

const list = command({
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

const build = command({
  name: 'linbo boot build',
  description: "Builds the GRUB network tree below LINBO_DIR on this machine with Debian's GRUB.",
  async run(_args, { io }) {
    const { LINBO_DIR: root, LINBO_SERVER_IP, LINBO_HTTP_PORT } = localSettings(io)
    const server = { address: LINBO_SERVER_IP, httpPort: LINBO_HTTP_PORT }
    await ensureTree(root)
    const built = await buildNetDir({ root, server, onProgress: (text) => io.err(text) })
    for (const one of built.platforms) {
      io.out(`built ${one.path}: ${bytes(one.sizeBytes)}, ${one.moduleCount} modules`)
    }
    for (const one of built.missing) io.err(one)
    return undefined
  },
})

export const boot = group('linbo boot', 'The files machines boot from.', {
  list,
  build,
})
