import { bootFileStatus, buildNetDir, ensureTree } from '@linbo/boot'
import { load, locate, suite } from '@linbo/config'
import type { Io } from '../io.ts'
import { bytes, state, table, time } from '../print.ts'
import { command, group, jsonArg } from './command.ts'

const list = command({
  name: 'linbo boot list',
  description: 'Lists the files machines boot from, and what is missing.',
  args: jsonArg,
  async run(args, { io }) {
    const files = await bootFileStatus(linboDir(io))
    if (args.json) io.out(JSON.stringify(files, null, 2))
    else {
      const rows = files.map((file) => [
        file.path,
        state(file.present ? 'ok' : 'failed'),
        bytes(file.sizeBytes),
        time(file.modifiedAt),
        file.fix,
      ])
      io.out(table(['FILE', 'STATE', 'SIZE', 'CHANGED', 'FIX'], rows))
    }
    return files.every((file) => file.present || !file.required) ? 0 : 1
  },
})

const build = command({
  name: 'linbo boot build',
  description:
    "Builds the GRUB network tree (UEFI and BIOS) below LINBO_DIR with Debian's GRUB packages.",
  async run(_args, { io }) {
    const root = linboDir(io)
    await ensureTree(root)
    const built = await buildNetDir({ root, onProgress: (text) => io.err(text) })
    for (const one of built.platforms) {
      io.out(`built ${one.path}: ${bytes(one.sizeBytes)}, ${one.moduleCount} modules`)
    }
    for (const one of built.missing) io.err(one)
    return undefined
  },
})

function linboDir(io: Io): string {
  const { dataDir, file } = locate({
    environment: io.env,
    ...(io.checkout ? { checkout: io.checkout } : {}),
  })
  return load(suite(dataDir), io.env, file).values.LINBO_DIR
}

export const boot = group('linbo boot', 'The files machines boot from.', { list, build })
