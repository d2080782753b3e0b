import { createHash } from 'node:crypto'
import { readlink, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bootSetFolder, currentBootSet } from '@linbo/boot'
import { LinboError } from '@linbo/runtime'
import { isoErrors } from './errors.ts'
import { biosFolder, uefiFolder } from './loaders.ts'

/** Counts up when the medium is made differently from the same files. */
const format = 1

export interface IsoFile {
  /** Where it lies on the medium. */
  target: string
  /** Absolute path on this machine. */
  source: string
  sizeBytes: number
}

/** What a medium is made of. */
export interface IsoContent {
  files: IsoFile[]
  /** What clients would use and is not there. */
  missing: string[]
  /** The boot set it is made from, if kernel and initramfs come from one. */
  set: string | null
  /** When the initramfs was written, in seconds since 1970. */
  dated: number
  /** Differs whenever the medium would. */
  key: string
}

/**
 * Looks for what belongs on a medium.
 * @throws LinboError `ISO_NO_BOOT_FILES`
 */
export async function findContent(root: string, kernelOptions: string): Promise<IsoContent> {
  const set = (await isFromSet(root)) ? ((await currentBootSet(root)) ?? null) : null
  const folder = set === null ? root : join(root, bootSetFolder, set)
  const places: [target: string, isRequired: boolean, ...sources: string[]][] = [
    ['linbo64', true, join(folder, 'linbo64')],
    ['linbofs64', true, join(folder, 'linbofs64')],
    ['linbo-version', false, join(folder, 'linbo-version')],
    [gui, false, join(root, gui), join(root, 'gui', gui)],
    ['boot/grub/ipxe.lkrn', false, ...ipxe(root, 'ipxe.lkrn')],
    ['boot/grub/ipxe.efi', false, ...ipxe(root, 'ipxe.efi')],
  ]
  const files: IsoFile[] = []
  const missing: string[] = []
  const stamps: string[] = [`${format}`, kernelOptions]
  let dated = 0
  for (const [target, isRequired, ...sources] of places) {
    const found = await firstFile(sources)
    if (found) {
      files.push({ target, source: found.source, sizeBytes: found.sizeBytes })
      stamps.push(`${target} ${found.stamp}`)
      if (target === 'linbofs64') dated = found.writtenAt
    } else if (isRequired) {
      throw new LinboError(isoErrors.files, `there is no ${target} to boot from`, {
        fix: 'linbo boot import, with the linuxmuster-linbo7 package; then linbo boot build',
      })
    } else missing.push(target)
  }
  for (const folder of [biosFolder, uefiFolder]) {
    const kernel = await firstFile([join(folder, 'kernel.img')])
    stamps.push(`${folder} ${kernel?.stamp}`)
  }
  const key = createHash('sha256').update(stamps.join('\n')).digest('hex').slice(0, 16)
  return { files, missing, set, dated, key }
}

/** LINBO looks for its graphical interface under this name on the medium. */
const gui = 'linbo_gui64_7.tar.lz'

const ipxe = (root: string, name: string) => [
  join(root, 'boot/grub', name),
  join('/usr/lib/ipxe', name),
  join('/boot', name),
]

async function isFromSet(root: string): Promise<boolean> {
  const target = await readlink(join(root, 'linbofs64')).catch(() => '')
  return target.startsWith(`${bootSetFolder}/`)
}

/** The first that is there; a link is followed, because on the medium it would lead nowhere. */
async function firstFile(sources: string[]) {
  for (const one of sources) {
    const source = await realpath(one).catch(() => one)
    const found = await stat(source, { bigint: true }).catch(() => undefined)
    if (!found?.isFile() || found.size === 0n) continue
    return {
      source,
      sizeBytes: Number(found.size),
      stamp: `${found.ino} ${found.size} ${found.mtimeNs}`,
      writtenAt: Number(found.mtimeNs / 1_000_000_000n),
    }
  }
  return undefined
}
