import { constants, existsSync, readFileSync } from 'node:fs'
import { access, readFile, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type CpioEntry, cpio } from './cpio.ts'
import { runProgram } from './run-program.ts'

const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** Finds an installed program. @throws Error naming the Debian package that brings it. */
export async function findProgram(name: string, debianPackage: string): Promise<string> {
  for (const folder of folders) {
    const path = join(folder, name)
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path
  }
  throw new Error(`${name} is not installed: apt-get install ${debianPackage}`)
}

/** Programs for an initramfs, with the shared libraries they are linked to at the same paths as here. */
export async function packPrograms(paths: string[]): Promise<CpioEntry[]> {
  const entries = new Map<string, CpioEntry>()
  for (const path of paths) {
    const target = `usr/bin/${path.split('/').at(-1)}`
    entries.set(target, cpio.file(target, await readFile(await realpath(path)), 0o755))
    for (const library of await linkedLibraries(path)) {
      const name = library.slice(1)
      if (!entries.has(name)) entries.set(name, cpio.file(name, readFileSync(library), 0o755))
    }
  }
  return [...entries.values()]
}

async function linkedLibraries(program: string): Promise<string[]> {
  const output = await runProgram('ldd', [program]).catch(() => '')
  return [...output.matchAll(/(\/\S+\.so\S*) \(0x/g)]
    .map((match) => match[1] as string)
    .map((path) => (existsSync(`/usr${path}`) ? `/usr${path}` : path))
}

/** The folders above the given entries, each once. */
export function parentFolders(entries: CpioEntry[]): CpioEntry[] {
  const known = new Set<string>()
  for (const { path } of entries) {
    for (let up = dirname(path); up !== '.'; up = dirname(up)) known.add(up)
  }
  return [...known].sort().map((path) => cpio.folder(path))
}

/** Links for every applet of a static busybox. */
export async function busyboxLinks(busybox: string, taken: Set<string>): Promise<CpioEntry[]> {
  const applets = (await runProgram(busybox, ['--list'])).split('\n')
  return applets
    .filter((applet) => applet !== 'busybox' && !taken.has(`usr/bin/${applet}`))
    .map((applet) => cpio.link(`usr/bin/${applet}`, 'busybox'))
}
