import { access, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError } from '@linbo/runtime'
import { isoErrors } from './errors.ts'
import { isoSearch } from './menu.ts'
import { runTool, type ToolOptions } from './tool.ts'

/** Compiled into GRUB, so that the way to the menu needs no further file. */
const modules =
  'all_video boot chain configfile cpuid echo ext2 extcmd fat gfxterm gzio halt help iso9660 linux linux16 ' +
  'loadenv loopback ls minicmd normal part_gpt part_msdos png progress read reboot search search_fs_file ' +
  'search_label serial sleep terminal test'

const packages = 'apt-get install grub-common grub-efi-amd64-bin grub-pc-bin'

/** Where Debian's packages keep GRUB. */
export const grubFolder = '/usr/lib/grub'
export const biosFolder = join(grubFolder, 'i386-pc')
export const uefiFolder = join(grubFolder, 'x86_64-efi')

/** What the firmware starts, made in a folder of its own. */
export interface Loaders {
  /** Started by a BIOS from a CD, and by `mbr` from a disk. */
  eltorito: string
  /** A FAT image with GRUB as `EFI/BOOT/BOOTX64.EFI`. */
  efi: string
  mbr: string
}

/** @throws LinboError `ISO_GRUB_MISSING` */
export async function requireGrub(): Promise<void> {
  for (const path of [join(biosFolder, 'boot_hybrid.img'), join(uefiFolder, 'moddep.lst')]) {
    await access(path).catch((cause) => {
      throw new LinboError(isoErrors.grub, `GRUB's files are missing: ${path}`, {
        fix: packages,
        cause,
      })
    })
  }
}

/**
 * Makes GRUB for BIOS and UEFI.
 * @param mark a file that only this medium has
 * @throws LinboError `CHILD_MISSING`, `ISO_TOOL_FAILED`
 */
export async function makeLoaders(
  work: string,
  mark: string,
  options: Omit<ToolOptions, 'cwd' | 'debianPackage'>,
): Promise<Loaders> {
  const search = join(work, 'search.cfg')
  await writeFile(search, isoSearch(mark))
  const loaders = {
    eltorito: join(work, 'eltorito.img'),
    efi: join(work, 'efi.img'),
    mbr: join(biosFolder, 'boot_hybrid.img'),
  }
  const mkimage = (from: string, format: string, output: string, more: string) =>
    runTool(
      'grub-mkimage',
      [
        ...[`--directory=${from}`, `--format=${format}`, `--output=${output}`],
        ...['--prefix=/boot/grub', `--config=${search}`, ...modules.split(' '), more],
      ],
      { ...options, cwd: work, debianPackage: 'grub-common' },
    )
  await mkimage(biosFolder, 'i386-pc-eltorito', loaders.eltorito, 'biosdisk')
  await mkimage(uefiFolder, 'x86_64-efi', join(work, 'bootx64.efi'), 'efi_gop')
  const mtool = (name: string, ...args: string[]) =>
    runTool(name, args, { ...options, cwd: work, debianPackage: 'mtools' })
  // As large as a 2.88 MB floppy: every UEFI knows that, and GRUB fits in three times.
  await mtool('mformat', '-C', '-f', '2880', '-L', '16', '-N', '4c494e42', '-i', loaders.efi, '::')
  await mtool('mmd', '-i', loaders.efi, '::/EFI', '::/EFI/BOOT')
  await mtool('mcopy', '-i', loaders.efi, 'bootx64.efi', '::/EFI/BOOT/BOOTX64.EFI')
  return loaders
}

/** GRUB's modules and their lists, as paths on the medium and on this machine. */
export async function grubModules(): Promise<[target: string, source: string][]> {
  const found: [string, string][] = []
  for (const folder of [biosFolder, uefiFolder]) {
    const platform = folder.slice(grubFolder.length + 1)
    for (const name of (await readdir(folder)).sort()) {
      if (/\.(mod|lst)$/.test(name))
        found.push([`boot/grub/${platform}/${name}`, join(folder, name)])
    }
  }
  return found
}
