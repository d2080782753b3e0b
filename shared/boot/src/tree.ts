import { access, chmod, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { toLinboError, writeAtomic } from '@linbo/runtime'
import { installTheme } from './theme-files.ts'

/** The folders of LINBO's own layout, with their modes. */
const folders: Record<string, number> = {
  'boot/grub/hostcfg': 0o755,
  'boot/grub/i386-pc': 0o755,
  'boot/grub/spool': 0o755,
  'boot/grub/themes/linbo': 0o755,
  'boot/grub/x86_64-efi': 0o755,
  examples: 0o755,
  icons: 0o755,
  images: 0o755,
  'images/tmp': 0o755,
  // Onboot commands may carry passwords.
  linbocmd: 0o750,
  'linuxmuster-win': 0o755,
  tmp: 0o755,
}

const files: Record<string, string> = {
  'start.conf': '# start.conf of machines without a group\n',
}

/**
 * Makes the folders and files LINBO clients cannot do without, and puts GRUB's theme there. What is there already
 * stays as it is, whoever made it; only our own theme is renewed.
 * @returns the paths that were made, relative to root.
 * @throws LinboError `BOOT_TREE_UNWRITABLE`
 */
export async function ensureTree(root: string): Promise<string[]> {
  const made: string[] = []
  try {
    await mkdir(root, { recursive: true })
    for (const [folder, mode] of Object.entries(folders)) {
      const path = join(root, folder)
      if ((await mkdir(path, { recursive: true })) === undefined) {
        if (!(await stat(path)).isDirectory()) throw new Error(`${path} is no folder`)
        continue
      }
      await chmod(path, mode)
      made.push(folder)
    }
    for (const [file, content] of Object.entries(files)) {
      const path = join(root, file)
      if (await isThere(path)) continue
      await writeAtomic(path, content)
      made.push(file)
    }
    made.push(...(await installTheme(root)))
  } catch (error) {
    throw toLinboError(
      error,
      'BOOT_TREE_UNWRITABLE',
      `cannot make the folders below ${root}`,
      'Give the suite the right to write there, or set LINBO_DIR to another folder.',
    )
  }
  return made
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
