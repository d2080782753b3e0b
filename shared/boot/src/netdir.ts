import { constants } from 'node:fs'
import {
  access,
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError, spawnChild, toLinboError, writeAtomic } from '@linbo/runtime'
import type { BootServer } from './grub-config.ts'
import { writeMd5Files } from './md5-files.ts'
import { type BuildRecord, readBuildRecord, writeBuildRecord } from './netdir-record.ts'
import { publishMainConfig } from './publish.ts'
import { makeServerCores } from './server-cores.ts'

const packages = 'apt-get install grub-common grub-efi-amd64-bin grub-pc-bin'

/** Compiled into every core image, so that the way to the first configuration needs no further files. */
const commonModules =
  'all_video boot chain configfile cpuid echo net ext2 extcmd fat gettext gfxmenu gfxterm gzio http ' +
  'iso9660 ntfs linux linux16 loadenv loopback minicmd part_gpt part_msdos png progress read reiserfs ' +
  'search sleep terminal test tftp'

const platforms = [
  {
    name: 'x86_64-efi',
    core: 'core.efi',
    isWanted: (module: string) => module.includes('efi') || module === 'font',
  },
  {
    name: 'i386-pc',
    core: 'core.0',
    isWanted: (module: string) =>
      ['biosdisk', 'gfxterm_background', 'normal', 'ntldr', 'pxe'].includes(module),
  },
] as const

const ipxeFolders = ['/usr/lib/ipxe', '/boot']

export interface BuiltPlatform extends BuildRecord {
  platform: string
  /** The core image, relative to LINBO_DIR. */
  path: string
  sizeBytes: number
  /** How many modules lie beside it. */
  moduleCount: number
}

export interface BuiltNetDir {
  platforms: BuiltPlatform[]
  /** Other files written, relative to LINBO_DIR. */
  files: string[]
  /** What could not be put there, as sentences with what to do. */
  missing: string[]
}

export interface NetDirOptions {
  /** LINBO_DIR. */
  root: string
  /** The core images for proxy mode and for UEFI HTTP Boot load from there; without it there are none. */
  server?: BootServer
  log?: { debug(facts: object, message: string): void }
  /** Told each step as a short sentence. */
  onProgress?: (text: string) => void
  /** Where Debian's GRUB packages keep their modules. */
  grubFolder?: string
  /** Gives up; what was there stays. The error then says that GRUB's program failed. */
  signal?: AbortSignal
}

/**
 * Makes what GRUB needs on the network with Debian's GRUB packages: for UEFI x64 and BIOS a core image and its
 * modules, the font, the first configuration; and iPXE's two files when they are installed, with a new chance for
 * the machines where it did not work. A platform's folder is built aside and then renamed into place, so that no machine meets modules of two builds.
 * @throws LinboError `BOOT_GRUB_MISSING`, `BOOT_GRUB_FAILED`, `BOOT_NETDIR_UNWRITABLE`
 */
export async function buildNetDir(options: NetDirOptions): Promise<BuiltNetDir> {
  const { root, server, onProgress } = options
  const grubFolder = options.grubFolder ?? '/usr/lib/grub'
  const target = join(root, 'boot/grub')
  for (const { name } of platforms) await requireModules(join(grubFolder, name))
  const grub = await grubVersion()
  const built: BuiltNetDir = { platforms: [], files: [], missing: [] }
  let work: string | undefined
  try {
    await mkdir(target, { recursive: true })
    work = await mkdtemp(join(target, '.netdir-'))
    for (const platform of platforms) {
      onProgress?.(`building GRUB for ${platform.name}`)
      const from = join(grubFolder, platform.name)
      const modules = await coreModules(from, platform.isWanted)
      await makeNetDir(work, from, modules, options)
      const made = join(work, 'boot/grub', platform.name)
      if (server) {
        const folder = made
        await makeServerCores({ platform: platform.name, folder, from, modules, server, work })
      }
      await openModes(made)
      const name = server && nameOf(server)
      const record = await writeBuildRecord(made, platform.core, grub, name)
      await swap(made, join(target, platform.name))
      built.platforms.push({
        ...record,
        platform: platform.name,
        path: `boot/grub/${platform.name}/${platform.core}`,
        ...(await sizes(join(target, platform.name), platform.core)),
      })
    }
    await copyInto(join(work, 'boot/grub/fonts/unicode.pf2'), root, 'boot/grub/fonts/unicode.pf2')
    built.files.push('boot/grub/fonts/unicode.pf2')
    for (const name of ['ipxe.efi', 'ipxe.lkrn']) await addIpxe(name, root, built)
    await rm(join(target, 'ipxe-off'), { recursive: true, force: true })
    onProgress?.('writing checksums and the first configuration')
    built.files.push(...(await publishMainConfig(root, server)), ...(await writeMd5Files(root)))
  } catch (error) {
    throw toLinboError(
      error,
      'BOOT_NETDIR_UNWRITABLE',
      `cannot write below ${target}`,
      'Give the suite the right to write below LINBO_DIR/boot/grub.',
    )
  } finally {
    if (work) await rm(work, { recursive: true, force: true })
  }
  return built
}

/** False when a platform's folder is a build of ours for another server, or for none. */
export async function isBuiltFor(root: string, server: BootServer): Promise<boolean> {
  for (const { name } of platforms) {
    const record = await readBuildRecord(join(root, 'boot/grub', name))
    if (record && record.server !== nameOf(server)) return false
  }
  return true
}

const nameOf = (server: BootServer) => `${server.address}:${server.httpPort}`

async function requireModules(folder: string): Promise<void> {
  await access(join(folder, 'moddep.lst')).catch((cause) => {
    throw new LinboError('BOOT_GRUB_MISSING', `GRUB's modules are missing in ${folder}`, {
      fix: packages,
      cause,
    })
  })
}

async function grubVersion(): Promise<string> {
  const lines = await runGrub(['--version'])
  return lines.at(-1)?.replace(/^.*\(GRUB\)\s*/, '') ?? ''
}

async function runGrub(
  args: string[],
  { log, signal }: Pick<NetDirOptions, 'log' | 'signal'> = {},
): Promise<string[]> {
  const lines: string[] = []
  const child = spawnChild({
    command: 'grub-mknetdir',
    args,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    debianPackage: packages.replace('apt-get install ', ''),
    onLine(line) {
      lines.push(line)
      log?.debug({ line }, 'grub-mknetdir')
    },
    ...(signal ? { signal } : {}),
  })
  const exitCode = await child.exited
  if (exitCode === 0) return lines
  throw new LinboError(
    'BOOT_GRUB_FAILED',
    `grub-mknetdir ended with ${exitCode}: ${lines.slice(-3).join(' · ')}`,
    { fix: 'See that LINBO_DIR has room, and that the GRUB packages are of one version.' },
  )
}

/** The modules of a platform that go into its core images. */
async function coreModules(
  folder: string,
  isWanted: (module: string) => boolean,
): Promise<string[]> {
  const common = commonModules.split(' ')
  return (await readdir(folder))
    .filter((name) => name.endsWith('.mod'))
    .map((name) => name.slice(0, -'.mod'.length))
    .filter((module) => common.includes(module) || isWanted(module))
    .sort()
}

async function makeNetDir(
  work: string,
  modulesFolder: string,
  modules: string[],
  options: NetDirOptions,
): Promise<void> {
  const args = [
    `--net-directory=${work}`,
    '--subdir=/boot/grub',
    `--directory=${modulesFolder}`,
    `--modules=${modules.join(' ')}`,
    '--fonts=unicode',
    '--locales=',
    '--themes=',
  ]
  await runGrub(args, options)
}

async function openModes(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }))
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644)
}

/** Puts a new folder in the place of an old one, with the files an administrator had added to that. */
async function swap(made: string, place: string): Promise<void> {
  const isGrubs = /\.(mod|lst|img|o)$/
  const old = await readdir(place).catch((): string[] => [])
  for (const name of old)
    if (!isGrubs.test(name) && (await stat(join(place, name))).isFile())
      await copyFile(join(place, name), join(made, name), constants.COPYFILE_EXCL).catch(() => {})
  const aside = `${made}.old`
  const wasThere = await rename(place, aside).then(
    () => true,
    () => false,
  )
  try {
    await rename(made, place)
  } catch (error) {
    if (wasThere) await rename(aside, place)
    throw error
  }
}

async function sizes(folder: string, core: string) {
  const names = await readdir(folder)
  return {
    sizeBytes: (await stat(join(folder, core))).size,
    moduleCount: names.filter((name) => name.endsWith('.mod')).length,
  }
}

async function copyInto(source: string, root: string, path: string): Promise<void> {
  await writeAtomic(join(root, path), await readFile(source))
}

async function addIpxe(name: string, root: string, built: BuiltNetDir): Promise<void> {
  for (const folder of ipxeFolders) {
    const source = join(folder, name)
    if (!(await stat(source).catch(() => undefined))) continue
    await copyInto(source, root, `boot/grub/${name}`)
    built.files.push(`boot/grub/${name}`)
    return
  }
  if (await stat(join(root, 'boot/grub', name)).catch(() => undefined)) return
  built.missing.push(`${name} is not installed; clients use it to boot again: apt-get install ipxe`)
}
