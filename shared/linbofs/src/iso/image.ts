import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { IsoContent } from './content.ts'
import { grubModules, makeLoaders } from './loaders.ts'
import { isoMenu } from './menu.ts'
import { runTool } from './tool.ts'

/** Name of the medium, which people see when it is put in. */
const volume = 'LINBO'

export interface ImageOptions {
  content: IsoContent
  kernelOptions: string
  /** An empty folder; the image is `linbo.iso` in it. */
  work: string
  signal?: AbortSignal | undefined
  onProgress?: ((step: string, percent: number | null) => void) | undefined
}

/**
 * Writes the image: a CD for BIOS and UEFI that is also a disk for both. Made from the same files it is the same, bit
 * for bit.
 * @throws LinboError `CHILD_MISSING`, `ISO_TOOL_FAILED`
 */
export async function writeImage(options: ImageOptions): Promise<string> {
  const { content, work, signal, onProgress } = options
  const { dated, files } = content
  onProgress?.('making GRUB', null)
  // Told by what is on the medium, not by when or where it was made.
  const sizes = files.map((file) => file.sizeBytes.toString(36)).join('-')
  const mark = `boot/grub/medium-${dated.toString(36)}-${sizes}`
  const loaders = await makeLoaders(work, mark, { dated, signal })
  const tree = join(work, 'tree')
  const has = (target: string) => files.some((file) => file.target === target)
  const hasIpxe = { bios: has('boot/grub/ipxe.lkrn'), uefi: has('boot/grub/ipxe.efi') }
  const written: Record<string, string> = {
    [mark]: '',
    'boot/grub/grub.cfg': isoMenu({ kernelOptions: options.kernelOptions, hasIpxe }),
  }
  for (const [target, text] of Object.entries(written)) {
    await mkdir(dirname(join(tree, target)), { recursive: true })
    await writeFile(join(tree, target), text)
  }
  const grafts: [target: string, source: string][] = [
    ...Object.keys(written).map((target): [string, string] => [target, join(tree, target)]),
    [eltorito, loaders.eltorito],
    ...(await grubModules()),
    ...files.map(({ target, source }): [string, string] => [target, source]),
  ]
  const list = join(work, 'grafts')
  await writeFile(list, grafts.map((graft) => `${graft.map(escapeGraft).join('=')}\n`).join(''))
  const image = join(work, 'linbo.iso')
  onProgress?.('writing the image', 0)
  await runTool(
    'xorriso',
    ['-as', 'mkisofs', ...shape(image, loaders, dated), '-path-list', list],
    {
      ...{ cwd: work, dated, signal, debianPackage: 'xorriso' },
      onLine(line) {
        const percent = /(\d+(?:\.\d+)?)% done/.exec(line)?.[1]
        if (percent !== undefined) onProgress?.('writing the image', Number(percent))
      },
    },
  )
  return image
}

const eltorito = 'boot/grub/i386-pc/eltorito.img'

/** As grub-mkrescue shapes its images, for PCs only. */
function shape(image: string, loaders: { efi: string; mbr: string }, dated: number): string[] {
  return [
    ...['-o', image, '-V', volume, '-r', '-J', '-iso-level', '3', '-graft-points'],
    ...['--set_all_file_dates', `=${dated}`, '-c', 'boot/grub/boot.cat'],
    ...['-b', eltorito, '-no-emul-boot', '-boot-load-size', '4', '-boot-info-table'],
    ...['--grub2-boot-info', '--grub2-mbr', loaders.mbr, '--mbr-force-bootable'],
    ...['-partition_offset', '16', '-append_partition', '2', '0xef', loaders.efi],
    ...['-appended_part_as_gpt', '-eltorito-alt-boot'],
    ...['-e', '--interval:appended_partition_2:all::', '-no-emul-boot'],
  ]
}

/** In a path list a backslash and an equals sign have a meaning. */
function escapeGraft(path: string): string {
  return path.replace(/[\\=]/g, '\\$&')
}
