import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A file, folder, link or device of an archive made for a test. */
export interface TestFile {
  name: string
  content?: string | Uint8Array
  mode?: number
  link?: string
  hardLink?: string
  device?: [number, number]
}

/** Writes a tar archive packed with xz; names may be as evil as a test wants. */
export async function writeTarXz(path: string, files: TestFile[]): Promise<void> {
  const tar = Buffer.concat([...files.flatMap(blocks), Buffer.alloc(1024)])
  await writeFile(path, execFileSync('xz', ['-c', '-1'], { input: tar, maxBuffer: 1e9 }))
}

function blocks(file: TestFile): Buffer[] {
  const content = Buffer.from(file.content ?? '')
  const isFolder = file.name.endsWith('/')
  const type = file.hardLink ? '1' : file.link ? '2' : file.device ? '3' : isFolder ? '5' : '0'
  const header = Buffer.alloc(512)
  const octal = (at: number, length: number, value: number) =>
    header.write(value.toString(8).padStart(length - 1, '0'), at)
  header.write(file.name, 0)
  octal(100, 8, file.mode ?? (isFolder ? 0o755 : 0o644))
  octal(108, 8, 1000)
  octal(116, 8, 1000)
  octal(124, 12, content.length)
  octal(136, 12, 1_700_000_000)
  header.write(type, 156)
  header.write(file.link ?? file.hardLink ?? '', 157)
  header.write('ustar\x0000', 257, 'latin1')
  octal(329, 8, file.device?.[0] ?? 0)
  octal(337, 8, file.device?.[1] ?? 0)
  header.fill(' ', 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return [header, content, Buffer.alloc(-content.length & 511)]
}

/** What a test's template consists of; the libraries are where Ubuntu has them. */
export const templateFiles: TestFile[] = [
  { name: './' },
  { name: 'bin/' },
  { name: 'bin/busybox', content: 'a program', mode: 0o4755 },
  { name: 'bin/sh', hardLink: 'bin/busybox' },
  { name: 'init', link: 'bin/busybox' },
  { name: 'dev/console', device: [5, 1], mode: 0o600 },
  { name: 'usr/lib/' },
  { name: 'lib', link: 'usr/lib' },
  { name: 'etc/' },
  { name: 'etc/inittab', content: '::sysinit:/init.sh\n::respawn:/linbo.sh\n' },
  { name: 'etc/localtime', link: '/usr/share/zoneinfo/UTC' },
  { name: 'start.conf', content: '# from the template\n' },
]

/** Writes what a build needs of a package: kernel, template and modules. */
export async function writePackage(
  folder: string,
  options: { wrapper?: string; more?: TestFile[] } = {},
): Promise<void> {
  const { wrapper, more = [] } = options
  const wrapped = (name: string) => (wrapper ? `${wrapper}/${name.replace(/^\.\//, '')}` : name)
  const template = [...templateFiles, ...more].map((file) => ({
    ...file,
    name: wrapped(file.name),
    ...(file.hardLink ? { hardLink: wrapped(file.hardLink) } : {}),
  }))
  await mkdir(folder, { recursive: true })
  await writeTarXz(join(folder, 'linbofs64.tar.xz'), template)
  await writeTarXz(join(folder, 'modules.tar.xz'), [
    { name: 'lib/modules/6.1.0-test/kernel/one.ko', content: 'no module' },
    { name: 'lib/modules/6.1.0-test/modules.dep', content: 'kernel/one.ko:\n' },
  ])
  await writeFile(join(folder, 'linbo64'), 'a kernel')
  await writeFile(join(folder, 'kversion'), 'linux 6.1.0-test\n')
}
