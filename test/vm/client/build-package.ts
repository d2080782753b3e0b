import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LinboPackage, makeLinboPackage } from '../../support/linbo-package.ts'
import { cached, fileStamp, folderContent } from '../build/cache.ts'
import type { CpioEntry } from '../build/cpio.ts'
import { wholeTree } from '../build/initramfs.ts'
import { fetchKernel, type Kernel, packModules } from '../build/kernel.ts'
import { findProgram } from '../build/programs.ts'
import { modules, packClient } from './build-client.ts'

/** What it takes to boot and be looked at; nothing for images. */
const programs: [name: string, debianPackage: string][] = [
  ['busybox', 'busybox-static'],
  ['rsync', 'rsync'],
  ['dropbear', 'dropbear-bin'],
  ['blkid', 'util-linux'],
]

const support = join(import.meta.dirname, '..', '..', 'support')
const makers = ['linbo-package.ts', 'archives.ts']

/** Type flags of tar by the kinds of file of stat(2). */
const typeFlags = new Map([
  [0o040000, '5'],
  [0o120000, '2'],
  [0o020000, '3'],
])

/**
 * Packages of these versions whose LINBO is the lab's client, from the cache when nothing changed. They differ only in
 * their `etc/linbo-version`.
 * @returns their paths
 */
export async function buildPackages(versions: string[]): Promise<string[]> {
  const kernel = await fetchKernel()
  const paths = await Promise.all(programs.map(([name, from]) => findProgram(name, from)))
  const inputs = [
    kernel.root,
    ...versions,
    ...(await Promise.all(paths.map(fileStamp))),
    ...(await folderContent(import.meta.dirname)),
    ...(await folderContent(join(import.meta.dirname, '..', 'build'))),
    ...(await Promise.all(makers.map((name) => readFile(join(support, name), 'utf8')))),
  ]
  const folder = await cached('packages', inputs, async (target) => {
    const tree = wholeTree(await packClient(paths)).filter(({ path }) => path !== '.')
    const template = tree.map(tarPart)
    const kernelAndModules = await tarModules(kernel)
    for (const version of versions) {
      const told = { path: 'etc/linbo-version', data: `LINBO ${version}: Test\n` }
      makeLinboPackage(target, { ...kernelAndModules, version, template: [...template, told] })
    }
  })
  return versions.map((version) => join(folder, `linuxmuster-linbo7_${version}_amd64.deb`))
}

async function tarModules(kernel: Kernel): Promise<LinboPackage> {
  const below = `lib/modules/${kernel.version}/`
  const entries = await packModules(kernel, modules)
  return {
    release: kernel.version,
    kernel: await readFile(kernel.vmlinuz),
    modules: entries
      .filter(({ path }) => path.startsWith(below))
      .map((entry) => tarPart({ ...entry, path: entry.path.slice(below.length) })),
  }
}

function tarPart({ path, mode, data = '', device }: CpioEntry) {
  const type = typeFlags.get(mode & 0o170000) ?? '0'
  const content = type === '2' ? { target: String(data) } : { data }
  return { path, type, mode: mode & 0o7777, ...content, ...(device ? { device } : {}) }
}
