import { randomBytes } from 'node:crypto'
import { lstat, readdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { whyNotGroup } from '@linbo/formats'
import { managedMarker } from './grub-config.ts'

const grub = 'boot/grub'

/**
 * The names groups had before they were renamed, each with the name of now. Machines whose DHCP lease or cache
 * still says the old name find what they ask for through a link: `start.conf.<old>` → `./start.conf.<new>` and
 * `boot/grub/<old>.cfg` → `./<new>.cfg`. The `./` tells our links from those an administrator made.
 */
export async function listFormerGroups(root: string): Promise<Map<string, string>> {
  const former = new Map<string, string>()
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (!entry.isSymbolicLink() || !entry.name.startsWith('start.conf.')) continue
    const name = entry.name.slice('start.conf.'.length)
    const group = await formerGroup(root, name)
    if (group !== undefined) former.set(name, group)
  }
  return former
}

/** The group that once had this name, or undefined when the name is its own or nobody's. */
export async function formerGroup(root: string, name: string): Promise<string | undefined> {
  const target = await readlink(join(root, `start.conf.${name}`)).catch(() => '')
  const group = target.startsWith('./start.conf.') ? target.slice('./start.conf.'.length) : ''
  return whyNotGroup(group) === undefined ? group : undefined
}

/**
 * Turns a name into a former one of `group`: its start.conf, whatever it is, becomes a link, and so does its GRUB
 * configuration, unless that is an administrator's own.
 */
export async function leaveFormerGroup(root: string, name: string, group: string): Promise<void> {
  await replaceByLink(join(root, `start.conf.${name}`), `./start.conf.${group}`)
  const path = join(root, grub, `${name}.cfg`)
  if (await isOurs(path)) await replaceByLink(path, `./${group}.cfg`)
}

/** Forgets a former name. @returns true when it was one. */
export async function dropFormerGroup(root: string, name: string): Promise<boolean> {
  if ((await formerGroup(root, name)) === undefined) return false
  await rm(join(root, `start.conf.${name}`), { force: true })
  return true
}

/**
 * Makes the links of former names what they should be: straight to the group's name of now, none to a group that
 * is gone, and each with its link in boot/grub unless an administrator's own file stands there.
 * @returns the former names, and what was made or removed, relative to root.
 */
export async function publishFormerGroups(
  root: string,
): Promise<{ names: Map<string, string>; written: string[]; removed: string[] }> {
  const former = await listFormerGroups(root)
  const written: string[] = []
  const removed: string[] = []
  for (const [name, group] of former) {
    const now = nameOfNow(former, group)
    if (now === undefined || !(await isThere(join(root, `start.conf.${now}`)))) {
      await rm(join(root, `start.conf.${name}`), { force: true })
      removed.push(`start.conf.${name}`)
      former.delete(name)
    } else if (now !== group) {
      await leaveFormerGroup(root, name, now)
      written.push(`start.conf.${name}`)
      former.set(name, now)
    }
  }
  for (const [name, group] of former) {
    const path = join(root, grub, `${name}.cfg`)
    if (!(await isOurs(path)) || (await readlink(path).catch(() => '')) === `./${group}.cfg`)
      continue
    await replaceByLink(path, `./${group}.cfg`)
    written.push(`${grub}/${name}.cfg`)
  }
  for (const entry of await readdir(join(root, grub), { withFileTypes: true })) {
    if (!entry.isSymbolicLink() || former.has(entry.name.replace(/\.cfg$/, ''))) continue
    const target = await readlink(join(root, grub, entry.name))
    if (!/^\.\/[^/]+\.cfg$/.test(target)) continue
    await rm(join(root, grub, entry.name), { force: true })
    removed.push(`${grub}/${entry.name}`)
  }
  return { names: former, written, removed }
}

/** Follows names that were given up one after the other. */
function nameOfNow(former: Map<string, string>, group: string): string | undefined {
  let now: string | undefined = group
  for (let steps = 0; steps <= former.size; steps++) {
    const next: string | undefined = former.get(now)
    if (next === undefined) return now
    now = next
  }
  return undefined
}

/** True when nothing of an administrator's would be lost with this file. */
async function isOurs(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined)
  if (!found) return true
  if (found.isSymbolicLink()) return (await readlink(path)).startsWith('./')
  return found.isFile() && (await readFile(path, 'utf8')).includes(managedMarker)
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

/** Puts a link in the place of whatever is there; nobody ever finds nothing. */
export async function replaceByLink(path: string, target: string): Promise<void> {
  const temporary = join(dirname(path), `.${randomBytes(6).toString('hex')}`)
  await symlink(target, temporary)
  await rename(temporary, path)
}
