import { lstat, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomic } from '@linbo/runtime'
import { leaveFormerGroup, replaceByLink } from './former-groups.ts'
import { managedMarker } from './grub-config.ts'

/** What hangs on a group by its name, beside its start.conf: the GRUB configuration and the settings of virtual desktops. */
const filesOf = (group: string) => [`boot/grub/${group}.cfg`, `start.conf.${group}.vdi`]

/**
 * Gives copies of a group's files to another name. What an administrator has there already stays.
 * @returns the copies, relative to root.
 */
export async function copyGroupFiles(root: string, from: string, to: string): Promise<string[]> {
  const made: string[] = []
  const targets = filesOf(to)
  for (const [index, file] of filesOf(from).entries()) {
    const target = targets[index] ?? ''
    const found = await lstat(join(root, file)).catch(() => undefined)
    const there = await lstat(join(root, target)).catch(() => undefined)
    if (!found?.isFile() || there?.isFile()) continue
    await writeAtomic(join(root, target), await readFile(join(root, file)), {
      mode: found.mode & 0o777,
    })
    made.push(target)
  }
  return made
}

/** Takes back what `copyGroupFiles` made. */
export async function dropGroupFiles(root: string, files: string[]): Promise<void> {
  for (const file of files) await rm(join(root, file), { force: true })
}

/**
 * Leaves of a renamed group's files only links under the old name. A file that is not the same under the new
 * name, because somebody changed one of them meanwhile, stays.
 */
export async function retireGroupFiles(root: string, from: string, to: string): Promise<void> {
  const hasConf = await isThere(join(root, `start.conf.${to}`))
  if (hasConf) await leaveFormerGroup(root, from, to)
  const targets = filesOf(to)
  for (const [index, file] of filesOf(from).entries()) {
    const path = join(root, file)
    if (!(await lstat(path).catch(() => undefined))?.isFile()) continue
    const content = await readFile(path)
    const copy = await readFile(join(root, targets[index] ?? '')).catch(() => undefined)
    if (!copy?.equals(content)) continue
    if (hasConf && file.endsWith('.cfg')) await replaceByLink(path, `./${to}.cfg`)
    else await rm(path, { force: true })
  }
}

/** True when an administrator wrote the GRUB configuration of this name himself. */
export async function hasOwnGrubConfig(root: string, group: string): Promise<boolean> {
  const path = join(root, `boot/grub/${group}.cfg`)
  if (!(await lstat(path).catch(() => undefined))?.isFile()) return false
  return !(await readFile(path, 'utf8')).includes(managedMarker)
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
