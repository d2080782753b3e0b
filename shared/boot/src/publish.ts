import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { parseMac, parseStartConf, whyNotGroup, whyNotHostname } from '@linbo/formats'
import { toLinboError, writeAtomic } from '@linbo/runtime'
import { type BootServer, mainGrubConfig, managedMarker } from './grub-config.ts'
import { groupGrubConfig } from './grub-config-group.ts'
import { hostList } from './server-overlay.ts'

/** What publishing needs to know of a host. */
export interface BootHost {
  hostname: string
  group: string
  /** devices.csv's PXE flag; 0 gets no configuration. */
  pxe: number
  /** For machines whose DHCP answer names neither host nor group. */
  mac?: string | null
}

/** Something an administrator should repair. */
export interface BootProblem {
  /** Relative to LINBO_DIR. */
  file: string
  /** In the file, from 1, when one line is to blame. */
  line?: number
  message: string
  fix: string
}

export interface Published {
  /** Files and links made or changed, relative to LINBO_DIR. */
  written: string[]
  removed: string[]
  problems: BootProblem[]
}

export interface PublishOptions {
  /** LINBO_DIR. */
  root: string
  hosts: Iterable<BootHost>
  server?: BootServer
  log?: { info(facts: object, message: string): void; warn(facts: object, message: string): void }
}

const maxStartConfBytes = 1024 * 1024

/**
 * Writes what GRUB reads: `boot/grub/grub.cfg`, `boot/grub/<group>.cfg` for every start.conf.<group>, and a
 * link in `boot/grub/hostcfg` for every host. Files without the managed marker are the administrator's and
 * stay; a start.conf with errors keeps the configuration made from it last. Nothing is touched that says the
 * right thing already.
 * @throws LinboError `BOOT_PUBLISH_FAILED`
 */
export async function publishBootConfigs(options: PublishOptions): Promise<Published> {
  const { root, log } = options
  const published: Published = { written: [], removed: [], problems: [] }
  try {
    await mkdir(join(root, 'boot/grub/hostcfg'), { recursive: true })
    await writeManaged(root, 'boot/grub/grub.cfg', mainGrubConfig(options.server), published)
    const groups = await publishGroups(root, published)
    const hosts = [...options.hosts]
    await publishHosts(root, hosts, groups, published)
    await publishHostList(root, hosts, published)
  } catch (error) {
    throw toLinboError(
      error,
      'BOOT_PUBLISH_FAILED',
      `cannot write the GRUB configurations below ${root}`,
      'Give the suite the right to write below LINBO_DIR/boot/grub.',
    )
  }
  const { written, removed, problems } = published
  if (written.length + removed.length > 0)
    log?.info({ written: written.length, removed: removed.length }, 'boot configurations published')
  for (const problem of problems) log?.warn(problem, 'boot configuration problem')
  return published
}

/**
 * Writes `boot/grub/grub.cfg` alone.
 * @returns its path relative to root when it was written.
 */
export async function publishMainConfig(root: string, server?: BootServer): Promise<string[]> {
  const published: Published = { written: [], removed: [], problems: [] }
  await writeManaged(root, 'boot/grub/grub.cfg', mainGrubConfig(server), published)
  return published.written
}

/** The group a file is the start.conf of, or undefined when it is none. */
export function groupOfStartConf(file: string): string | undefined {
  const group = file.startsWith('start.conf.') ? file.slice('start.conf.'.length) : ''
  return whyNotGroup(group) === undefined ? group : undefined
}

/** @returns the groups that have a start.conf. */
async function publishGroups(root: string, published: Published): Promise<Set<string>> {
  const groups = new Set<string>()
  for (const file of (await readdir(root)).sort()) {
    const group = groupOfStartConf(file)
    if (group === undefined) continue
    groups.add(group)
    const text = await readStartConf(root, file, published)
    if (text === undefined) continue
    const startConf = parseStartConf(text, { group })
    const errors = startConf.problems.filter((problem) => problem.severity === 'error')
    for (const { line, message, fix } of errors)
      published.problems.push({ file, line, message, fix })
    if (errors.length > 0) continue
    const config = groupGrubConfig({ group, startConf })
    await writeManaged(root, `boot/grub/${group}.cfg`, config, published)
  }
  return groups
}

async function readStartConf(
  root: string,
  file: string,
  published: Published,
): Promise<string | undefined> {
  try {
    const bytes = await readFile(join(root, file))
    if (bytes.length <= maxStartConfBytes) return bytes.toString('utf8')
    const message = `it has ${bytes.length} bytes`
    published.problems.push({ file, message, fix: 'A start.conf has at most 1 MiB.' })
  } catch (error) {
    const { message } = toLinboError(error, 'BOOT_PUBLISH_FAILED', 'it cannot be read')
    published.problems.push({ file, message, fix: 'Make it a file the suite may read.' })
  }
  return undefined
}

async function writeManaged(
  root: string,
  file: string,
  content: string,
  published: Published,
): Promise<void> {
  const path = join(root, file)
  const present = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (present === content || (present !== undefined && !present.includes(managedMarker))) return
  await writeAtomic(path, content)
  published.written.push(file)
}

async function publishHosts(
  root: string,
  hosts: Iterable<BootHost>,
  groups: Set<string>,
  published: Published,
): Promise<void> {
  const folder = 'boot/grub/hostcfg'
  const wanted = new Map<string, string>()
  const groupsOfHosts = new Set<string>()
  for (const host of hosts) {
    if (host.pxe === 0) continue
    const why = whyNotHostname(host.hostname) ?? whyNotGroup(host.group)
    if (why) {
      const message = `host ${host.hostname}: ${why}`
      published.problems.push({ file: folder, message, fix: 'Rename the host or its group.' })
      continue
    }
    groupsOfHosts.add(host.group)
    wanted.set(`${host.hostname}.cfg`, `../${host.group}.cfg`)
    const mac = host.mac ? parseMac(host.mac) : undefined
    if (mac) wanted.set(`${mac}.cfg`, `../${host.group}.cfg`)
  }
  for (const group of groupsOfHosts)
    if (!groups.has(group))
      published.problems.push({
        file: `start.conf.${group}`,
        message: `hosts are in group ${group}, which has no start.conf`,
        fix: `Make start.conf.${group}, or move the hosts to another group.`,
      })
  await removeStaleGroups(root, new Set([...groups, ...groupsOfHosts]), published)
  await linkAll(root, folder, wanted, published)
}

/** What a machine with the overlay in its initramfs learns its name and group from. */
async function publishHostList(
  root: string,
  hosts: BootHost[],
  published: Published,
): Promise<void> {
  const lines = hosts.flatMap(({ hostname, group, pxe, mac }) => {
    const address = mac ? parseMac(mac) : undefined
    if (!address || whyNotHostname(hostname) || whyNotGroup(group)) return []
    return [`${address} ${hostname}${pxe === 0 ? '' : ` ${group}`}\n`]
  })
  const path = join(root, hostList)
  const text = lines.sort().join('')
  if ((await readFile(path, 'utf8').catch(() => '')) === text) return
  await writeAtomic(path, text)
  published.written.push(hostList)
}

/** Makes the links of a folder what is wanted. Regular files and links to elsewhere are not ours. */
async function linkAll(
  root: string,
  folder: string,
  wanted: Map<string, string>,
  published: Published,
): Promise<void> {
  const missing = new Map(wanted)
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const { name } = entry
    if (!entry.isSymbolicLink()) {
      missing.delete(name)
      continue
    }
    const target = await readlink(join(root, folder, name))
    if (target === wanted.get(name)) missing.delete(name)
    else if (!/^\.\.\/[^/]+\.cfg$/.test(target)) missing.delete(name)
    else if (!wanted.has(name) && name.endsWith('.cfg')) {
      await rm(join(root, folder, name), { force: true })
      published.removed.push(`${folder}/${name}`)
    }
  }
  for (const [name, target] of missing) {
    const temporary = join(root, folder, `.${name}.${randomBytes(6).toString('hex')}`)
    await symlink(target, temporary)
    await rename(temporary, join(root, folder, name))
    published.written.push(`${folder}/${name}`)
  }
}

/** Removes our configurations of groups that have neither a start.conf nor a host. */
async function removeStaleGroups(
  root: string,
  known: Set<string>,
  published: Published,
): Promise<void> {
  for (const name of await readdir(join(root, 'boot/grub'))) {
    const group = name.endsWith('.cfg') ? name.slice(0, -'.cfg'.length) : ''
    if (whyNotGroup(group) !== undefined || known.has(group)) continue
    const path = join(root, 'boot/grub', name)
    if (!(await lstat(path)).isFile()) continue
    if (!(await readFile(path, 'utf8')).includes(managedMarker)) continue
    await rm(path, { force: true })
    published.removed.push(`boot/grub/${name}`)
  }
}
