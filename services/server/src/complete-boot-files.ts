import { bootFileStatus, buildNetDir, writeMd5Files } from '@linbo/boot'
import type { Logger } from '@linbo/log'

/**
 * On a new server, makes what can be made: GRUB's network tree where there is none, and the `.md5` files of
 * kernel and initramfs. What goes wrong is logged with its fix; the suite runs on.
 */
export async function completeBootFiles(root: string, log: Logger): Promise<void> {
  try {
    await writeMd5Files(root)
    const files = await bootFileStatus(root)
    const isCore = (path: string) => /core\.(efi|0)$/.test(path)
    if (files.some((file) => isCore(file.path) && !file.present)) {
      const { platforms } = await buildNetDir({ root })
      log.info({ built: platforms.map((one) => one.platform) }, 'GRUB network tree built')
    }
  } catch (err) {
    const { fix } = err as { fix?: string }
    log.warn({ err, fix }, 'boot files are not complete; `linbo doctor` tells what is missing')
  }
}
