import { buildNetDir, ensureTree } from '@linbo/boot'
import { localSettings } from '../local-settings.ts'
import { bytes } from '../print.ts'
import { command } from './command.ts'

export const build = command({
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
