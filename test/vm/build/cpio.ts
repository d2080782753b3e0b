import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type CpioEntry, cpio } from '@linbo/boot'

export { type CpioEntry, cpio, packCpio } from '@linbo/boot'

/** Everything below a folder, in an order where folders come before what they hold. */
export function readTree(root: string, below = ''): CpioEntry[] {
  return readdirSync(join(root, below))
    .sort()
    .flatMap((name): CpioEntry[] => {
      const path = join(below, name)
      const full = join(root, path)
      const stats = lstatSync(full)
      if (stats.isDirectory()) return [cpio.folder(path), ...readTree(root, path)]
      if (stats.isSymbolicLink()) return [cpio.link(path, readlinkSync(full))]
      return [cpio.file(path, readFileSync(full), stats.mode & 0o777)]
    })
}
