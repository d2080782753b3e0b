import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { mustRun, run } from '../bench/support/programs.ts'

/** Where unpacked packages are kept between runs; git ignores it. */
const cache = join(import.meta.dirname, '..', '.cache')

/** A program that was not installed. */
export interface Unpacked {
  name: string
  /** Undefined where this machine cannot have it. */
  path: string | undefined
  env: Record<string, string>
}

/** Programs that tests run, where they lie, and the Debian packages they are in. */
const programs = {
  dhcpd: { packages: ['isc-dhcp-server'], folder: 'sbin', version: '--version' },
  dhcrelay: { packages: ['isc-dhcp-relay'], folder: 'sbin', version: '--version' },
  'grub-emu': {
    packages: ['grub-emu', 'libsdl1.2debian', 'libcaca0', 'libslang2'],
    folder: 'bin',
    version: '--version',
  },
  'kea-dhcp4': { packages: ['kea-dhcp4-server', 'kea-common'], folder: 'sbin', version: '-v' },
}

/** One of these programs, unpacked. Where it cannot be had, or does not start, the reason is on stderr. */
export async function unpackedProgram(name: keyof typeof programs): Promise<Unpacked> {
  const { packages, folder, version } = programs[name]
  const root = await unpackDebian(packages)
  if (!root) return { name, path: undefined, env: {} }
  const env = { LD_LIBRARY_PATH: libraries(root) }
  const path = join(root, 'usr', folder, name)
  const { code, output } = await run(path, [version], { env })
  if (code === 0) return { name, path, env }
  process.stderr.write(`${name}: n/a, ${output}\n`)
  return { name, path: undefined, env }
}

/**
 * Programs of Debian packages, downloaded and unpacked but never installed: servers among them would start
 * at once. Returns the folder that stands for `/`; undefined where apt cannot get them.
 */
export async function unpackDebian(packages: string[]): Promise<string | undefined> {
  const folder = join(cache, packages.join('+'))
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  const building = await mkdtemp(join(cache, '.building-'))
  const debs = join(building, 'debs')
  const root = join(building, 'root')
  try {
    await mkdir(debs)
    const words = ['-o', 'APT::Sandbox::User=root', 'download', ...packages]
    const first = await run('apt-get', words, { cwd: debs })
    if (first.code !== 0) {
      await run('apt-get', ['update', '-qq'])
      await mustRun('apt-get', words, { cwd: debs })
    }
    for (const deb of await readdir(debs)) await mustRun('dpkg-deb', ['-x', join(debs, deb), root])
    await rename(root, folder)
    return folder
  } catch (error) {
    // Another run was faster.
    if (existsSync(folder)) return folder
    process.stderr.write(`${packages.join(', ')}: n/a, ${(error as Error).message}\n`)
    return undefined
  } finally {
    await rm(building, { recursive: true, force: true })
  }
}

/** The folder below an unpacked root where its shared libraries lie. */
export const libraries = (root: string) => join(root, 'usr', 'lib', `${machine()}-linux-gnu`)

const machine = () => (process.arch === 'arm64' ? 'aarch64' : 'x86_64')
