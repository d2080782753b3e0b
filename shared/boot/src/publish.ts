import { lstat, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseStartConf, whyNotGroup } from '@linbo/formats'
import { toLinboError, writeAtomic } from '@linbo/runtime'
import { publishFormerGroups } from './former-groups.ts'
import { type BootServer, mainGrubConfig, managedMarker } from './grub-config.ts'
import { groupGrubConfig } from './grub-config-group.ts'
import { overlayServer } from './overlay-file.ts'
import { type BootHost, publishHostList, publishHosts } from './publish-hosts.ts'

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
  /** Files and links of an administrator that stand where one of ours would be. */
  kept: string[]
  problems: BootProblem[]
}

export interface PublishOptions {
  /** LINBO_DIR. */
  root: string
  hosts: Iterable<BootHost>
  server?: BootServer
  /** Whether machines shall ask this server who they are; those whose initramfs does it already can anyway. */
  listsHosts?: boolean
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
  const published: Published = { written: [], removed: [], kept: [], problems: [] }
  try {
    await mkdir(join(root, 'boot/grub/hostcfg'), { recursive: true })
    await writeManaged(root, 'boot/grub/grub.cfg', mainGrubConfig(options.server), published)
    const former = await publishFormerGroups(root)
    published.written.push(...former.written)
    published.removed.push(...former.removed)
    const groups = await publishGroups(root, published, former.names)
    const hosts = [...options.hosts]
    const groupsOfHosts = await publishHosts(root, hosts, groups, published)
    await removeStaleGroups(root, new Set([...groups, ...groupsOfHosts]), published)
    const isAsked = options.listsHosts || (await overlayServer(root)) !== undefined
    await publishHostList(root, isAsked ? hosts : undefined, published)
  } catch (error) {
    throw toLinboError(
      error,
      'BOOT_PUBLISH_FAILED',
      `cannot write the GRUB configurations below ${root}`,
      'Give the suite the right to write below LINBO_DIR/boot/grub.',
    )
  }
  const { written, removed, problems } = published
  if (written.length + removed.length > 0) {
    const facts = { written: written.length, removed: removed.length }
    log?.info(facts, 'boot configurations published')
  }
  for (const problem of problems) log?.warn(problem, 'boot configuration problem')
  return published
}

/**
 * Writes `boot/grub/grub.cfg` alone.
 * @returns its path relative to root when it was written.
 */
export async function publishMainConfig(root: string, server?: BootServer): Promise<string[]> {
  const published: Published = { written: [], removed: [], kept: [], problems: [] }
  await writeManaged(root, 'boot/grub/grub.cfg', mainGrubConfig(server), published)
  return published.written
}

/** The group a file is the start.conf of, or undefined when it is none. */
export function groupOfStartConf(file: string): string | undefined {
  const group = file.startsWith('start.conf.') ? file.slice('start.conf.'.length) : ''
  return whyNotGroup(group) === undefined ? group : undefined
}

/** @returns the groups that have a start.conf. */
async function publishGroups(
  root: string,
  published: Published,
  former: ReadonlyMap<string, string>,
): Promise<Set<string>> {
  const groups = new Set<string>()
  for (const file of (await readdir(root)).sort()) {
    const group = groupOfStartConf(file)
    if (group === undefined || former.has(group)) continue
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
  if (present === content) return
  if (present !== undefined && !present.includes(managedMarker)) {
    published.kept.push(file)
    return
  }
  await writeAtomic(path, content)
  published.written.push(file)
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
