import {
  type BootServer,
  bootFileStatus,
  buildNetDir,
  isBuiltFor,
  writeMd5Files,
} from '@linbo/boot'
import type { Logger } from '@linbo/log'

/**
 * On a new server, or one with a new address, makes what can be made: GRUB's network tree, and the `.md5` files
 * of kernel and initramfs. What goes wrong is logged with its fix; the suite runs on.
 */
export async function completeBootFiles(
  root: string,
  server: BootServer,
  log: Logger,
): Promise<void> {
  try {
    await writeMd5Files(root)
    const files = await bootFileStatus(root)
    const isCore = (path: string) => /core\.(efi|0)$/.test(path)
    const isMissing = files.some((file) => isCore(file.path) && !file.present)
    if (isMissing || !(await isBuiltFor(root, server))) {
      const { platforms } = await buildNetDir({ root, server })
      log.info({ built: platforms.map((one) => one.platform) }, 'GRUB network tree built')
    }
  } catch (err) {
    const { fix } = err as { fix?: string }
    log.warn({ err, fix }, 'boot files are not complete; `linbo doctor` tells what is missing')
  }
}
