import { writeMd5Files } from '@linbo/boot'
import type { Logger } from '@linbo/log'
import type { BootBuilder } from './boot-build.ts'

/**
 * On a new server, or one with a new address, makes what can be made without being asked: GRUB's network tree, and the
 * `.md5` files of kernel and initramfs. What goes wrong is logged with its fix; the suite runs on.
 */
export async function completeBootFiles(
  root: string,
  builder: Pick<BootBuilder, 'completeTree'>,
  log: Logger,
): Promise<void> {
  try {
    await writeMd5Files(root)
    await builder.completeTree()
  } catch (err) {
    const { fix } = err as { fix?: string }
    log.warn({ err, fix }, 'boot files are not complete; `linbo doctor` tells what is missing')
  }
}
