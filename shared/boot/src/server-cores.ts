import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError, spawnChild } from '@linbo/runtime'
import type { BootServer } from './grub-config.ts'

export type GrubPlatform = 'x86_64-efi' | 'i386-pc'

export interface ServerCoreOptions {
  platform: GrubPlatform
  /** Receives the images. */
  folder: string
  /** Where GRUB's modules of the platform lie. */
  from: string
  modules: string[]
  server: BootServer
  /** A folder for what is needed meanwhile. */
  work: string
}

/**
 * Makes the core images that know their server, because they cannot take it from the firmware:
 * - `core-proxy`: the ordinary one asks the server in the DHCP answer of the firmware's address, and in proxy mode
 *   that is the other DHCP server.
 * - `core-http`: after UEFI HTTP Boot GRUB has neither address nor server. It asks by DHCP itself, and carries
 *   every file system, because each module would be one more HTTP request.
 * @throws LinboError `BOOT_GRUB_FAILED`
 */
export async function makeServerCores(options: ServerCoreOptions): Promise<void> {
  const { platform, folder, from, modules, server } = options
  const prefix = `(tftp,${server.address})/boot/grub`
  if (platform === 'i386-pc') {
    return makeImage(from, 'i386-pc-pxe', join(folder, 'core-proxy.0'), prefix, modules)
  }
  await makeImage(from, platform, join(folder, 'core-proxy.efi'), prefix, modules)
  const start = join(options.work, 'core-http.cfg')
  await writeFile(start, httpStart(server))
  const fileSystems = (await readFile(join(from, 'fs.lst'), 'utf8')).split('\n').filter(Boolean)
  await makeImage(
    ...([from, platform, join(folder, 'core-http.efi'), httpPrefix(server)] as const),
    [...new Set([...modules, ...fileSystems])],
    start,
  )
}

const httpPrefix = (server: BootServer) => `(http,${server.address}:${server.httpPort})/boot/grub`

/**
 * What GRUB does first after UEFI HTTP Boot, in plain commands: its script language is not up yet. The search for a
 * configuration of this machine would ask ten times.
 */
function httpStart(server: BootServer): string {
  return `set feature_net_search_cfg=n
net_bootp
set root="http,${server.address}:${server.httpPort}"
set prefix="${httpPrefix(server)}"
`
}

async function makeImage(
  from: string,
  format: string,
  output: string,
  prefix: string,
  modules: string[],
  start?: string,
): Promise<void> {
  const lines: string[] = []
  const child = spawnChild({
    command: 'grub-mkimage',
    args: [
      ...[`--directory=${from}`, `--format=${format}`, `--output=${output}`, `--prefix=${prefix}`],
      ...(start ? [`--config=${start}`] : []),
      ...modules,
    ],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    debianPackage: 'grub-common',
    onLine: (line) => lines.push(line),
  })
  const exitCode = await child.exited
  if (exitCode === 0) return
  throw new LinboError(
    'BOOT_GRUB_FAILED',
    `grub-mkimage ended with ${exitCode}: ${lines.slice(-3).join(' · ')}`,
    { fix: 'See that LINBO_DIR has room, and that the GRUB packages are of one version.' },
  )
}

/** The boot file that proxy mode offers in place of the ordinary one; the same where there is no other. */
export function proxyBootFile(path: string): string {
  return path.replace(/^(boot\/grub\/(?:x86_64-efi|i386-pc)\/core)(?=\.(?:efi|0)$)/, '$1-proxy')
}
