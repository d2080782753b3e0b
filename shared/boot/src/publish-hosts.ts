import { randomBytes } from 'node:crypto'
import { linkSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { parseMac, whyNotGroup, whyNotHostIp, whyNotHostname } from '@linbo/formats'
import { writeAtomic } from '@linbo/runtime'
import type { Published } from './publish.ts'
import { hostList } from './server-overlay.ts'

/** What publishing needs to know of a host. */
export interface BootHost {
  hostname: string
  group: string
  /** devices.csv's PXE flag; 0 gets no configuration. */
  pxe: number
  /** For machines whose DHCP answer names neither host nor group. */
  mac?: string | null
  /** Fixed address: what clients before LINBO 4 find their start.conf by. */
  ip?: string | null
}

/** Links of one folder that are ours. */
interface LinkFolder {
  /** Relative to LINBO_DIR. */
  folder: string
  /** Only links with such a name can be ours. */
  name: RegExp
  /** Only links to such a place can be ours. */
  target: RegExp
  wanted: Map<string, string>
}

/** File operations in a row before others have their turn. */
const turn = 200

/**
 * Makes the links of every host with a PXE flag: `boot/grub/hostcfg/<host>.cfg` and `<mac>.cfg` → `../<group>.cfg` for
 * GRUB; `start.conf-<ip>`, or `start.conf-<mac>` without a fixed address, → `start.conf.<group>` for clients before LINBO
 * 4. Links of ours that are no longer wanted go. Files and links that an administrator put in their place stay and are
 * named in `published.kept`.
 * @param groups those that have a start.conf
 * @returns the groups hosts are in
 */
export async function publishHosts(
  root: string,
  hosts: Iterable<BootHost>,
  groups: ReadonlySet<string>,
  published: Published,
): Promise<Set<string>> {
  const forGrub = new Map<string, string>()
  const forOldClients = new Map<string, string>()
  const groupsOfHosts = new Set<string>()
  for (const { hostname, group, pxe, mac, ip } of hosts) {
    if (pxe === 0) continue
    const why = whyNotHostname(hostname) ?? whyNotGroup(group)
    if (why) {
      const message = `host ${hostname}: ${why}`
      const fix = 'Rename the host or its group.'
      published.problems.push({ file: 'boot/grub/hostcfg', message, fix })
      continue
    }
    groupsOfHosts.add(group)
    forGrub.set(`${hostname}.cfg`, `../${group}.cfg`)
    const address = mac ? parseMac(mac) : undefined
    if (address) forGrub.set(`${address}.cfg`, `../${group}.cfg`)
    const known = ip && whyNotHostIp(ip) === undefined ? ip : address
    if (known) forOldClients.set(`start.conf-${known}`, `start.conf.${group}`)
  }
  for (const group of groupsOfHosts) {
    if (groups.has(group)) continue
    const message = `hosts are in group ${group}, which has no start.conf`
    const fix = `Make start.conf.${group}, or move the hosts to another group.`
    published.problems.push({ file: `start.conf.${group}`, message, fix })
  }
  const grub = { folder: 'boot/grub/hostcfg', name: /\.cfg$/, target: /^\.\.\/[^/]+\.cfg$/ }
  await link(root, { ...grub, wanted: forGrub }, published)
  const old = { folder: '', name: /^start\.conf-/, target: /^start\.conf\.[^/]+$/ }
  await link(root, { ...old, wanted: forOldClients }, published)
  return groupsOfHosts
}

/**
 * What a machine with the overlay in its initramfs learns its name and group from; without hosts there is no such file.
 */
export async function publishHostList(
  root: string,
  hosts: Iterable<BootHost> | undefined,
  published: Published,
): Promise<void> {
  const path = join(root, hostList)
  if (!hosts) {
    const isGone = await unlink(path).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false
        throw error
      },
    )
    if (isGone) published.removed.push(hostList)
    return
  }
  const lines: string[] = []
  for (const { hostname, group, pxe, mac } of hosts) {
    const address = mac ? parseMac(mac) : undefined
    if (!address || whyNotHostname(hostname) || whyNotGroup(group)) continue
    lines.push(`${address} ${hostname}${pxe === 0 ? '' : ` ${group}`}\n`)
  }
  const text = lines.sort().join('')
  if ((await readFile(path, 'utf8').catch(() => '')) === text) return
  await writeAtomic(path, text)
  published.written.push(hostList)
}

/**
 * Makes a folder's links what is wanted, and touches none that is right. Thousands of links are read and made at once
 * here, which is ten times as fast without a promise for each.
 */
async function link(root: string, links: LinkFolder, published: Published): Promise<void> {
  const { folder, wanted } = links
  const missing = new Map(wanted)
  const wrong = new Set<string>()
  const relative = (name: string) => (folder ? `${folder}/${name}` : name)
  const entries = await readdir(join(root, folder), { withFileTypes: true })
  let done = 0
  const rest = async () => {
    done += 1
    if (done % turn === 0) await setImmediate()
  }
  for (const entry of entries) {
    const { name } = entry
    if (!links.name.test(name)) continue
    const target = entry.isSymbolicLink() ? readlinkSync(join(root, folder, name)) : undefined
    await rest()
    if (target !== undefined && target === wanted.get(name)) missing.delete(name)
    else if (target === undefined || !links.target.test(target)) {
      if (missing.delete(name)) published.kept.push(relative(name))
    } else if (wanted.has(name)) wrong.add(name)
    else {
      rmSync(join(root, folder, name), { force: true })
      published.removed.push(relative(name))
    }
  }
  const make = createLinker(join(root, folder))
  for (const [name, target] of missing) {
    make(name, target, wrong.has(name))
    published.written.push(relative(name))
    await rest()
  }
}

/**
 * Makes the symbolic links of a folder, also in the place of others. Those to the same place share one inode: finding a
 * free one is most of the work, and on a busy ext4 by far.
 */
function createLinker(folder: string) {
  const made = new Map<string, string>()
  const put = (target: string, path: string) => {
    const same = made.get(target)
    try {
      if (same !== undefined) return linkSync(same, path)
    } catch {
      // The file system has its limits; then it is an inode of its own.
    }
    symlinkSync(target, path)
  }
  return (name: string, target: string, isTaken: boolean) => {
    const path = join(folder, name)
    if (isTaken) {
      const temporary = join(folder, `.${name}.${randomBytes(6).toString('hex')}`)
      put(target, temporary)
      renameSync(temporary, path)
    } else put(target, path)
    made.set(target, path)
  }
}
