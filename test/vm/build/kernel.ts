import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cached, cacheRoot } from './cache.ts'
import { type CpioEntry, readTree } from './cpio.ts'
import { runProgram } from './run-program.ts'

export interface Kernel {
  /** `6.1.0-56-amd64` */
  version: string
  vmlinuz: string
  /** Holds lib/modules/<version>. */
  root: string
}

/** Debian's kernel, downloaded and unpacked into the cache; it is never installed. */
export async function fetchKernel(): Promise<Kernel> {
  const depends = await runProgram('apt-cache', ['depends', '--important', 'linux-image-amd64'])
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1]
  if (!name) throw new Error('apt knows no linux-image-amd64: apt-get update')
  const policy = await runProgram('apt-cache', ['policy', name])
  const candidate = /Candidate: (\S+)/.exec(policy)?.[1] ?? ''
  const version = name.replace('linux-image-', '')
  const root = await cached('kernel', [name, candidate], async (folder) => {
    await mkdir(join(folder, 'deb'), { recursive: true })
    await runProgram('apt-get', ['-o', 'APT::Sandbox::User=root', 'download', name], {
      cwd: join(folder, 'deb'),
    })
    const [deb] = await readdir(join(folder, 'deb'))
    if (!deb) throw new Error(`apt-get download ${name} left nothing`)
    await runProgram('dpkg-deb', ['-x', join(folder, 'deb', deb), join(folder, 'unpacked')])
    await rename(join(folder, 'unpacked', 'lib'), join(folder, 'lib'))
    await rename(join(folder, 'unpacked', 'boot', `vmlinuz-${version}`), join(folder, 'vmlinuz'))
    await rm(join(folder, 'unpacked'), { recursive: true })
    await rm(join(folder, 'deb'), { recursive: true })
    await runProgram('depmod', ['-b', folder, version], { debianPackage: 'kmod' })
  })
  return { version, vmlinuz: join(root, 'vmlinuz'), root }
}

/** The named modules and all they need, with a modules.dep of their own, ready for an initramfs. */
export async function packModules(kernel: Kernel, names: string[]): Promise<CpioEntry[]> {
  const source = join('lib', 'modules', kernel.version)
  const dependencies = new Map<string, string[]>()
  for (const line of (await readFile(join(kernel.root, source, 'modules.dep'), 'utf8')).split(
    '\n',
  )) {
    const [path, rest] = line.split(':')
    if (path) dependencies.set(path, rest?.trim().split(' ').filter(Boolean) ?? [])
  }
  const wanted = new Set<string>()
  for (const name of names) {
    const pattern = new RegExp(`/${name.replaceAll(/[-_]/g, '[-_]')}\\.ko$`)
    const path = [...dependencies.keys()].find((key) => pattern.test(key))
    if (!path) throw new Error(`Kernel ${kernel.version} has no module ${name}`)
    for (const one of [path, ...(dependencies.get(path) ?? [])]) wanted.add(one)
  }
  const staging = join(cacheRoot, `.modules-${process.pid}`)
  try {
    for (const path of wanted) {
      await mkdir(dirname(join(staging, source, path)), { recursive: true })
      await cp(join(kernel.root, source, path), join(staging, source, path))
    }
    for (const name of ['modules.order', 'modules.builtin']) {
      await cp(join(kernel.root, source, name), join(staging, source, name))
    }
    await runProgram('depmod', ['-b', staging, kernel.version], { debianPackage: 'kmod' })
    return readTree(staging)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}
