import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { ar, type TarPart, tar } from './archives.ts'

type Compression = 'xz' | 'zst' | 'gz' | 'none'

export interface LinboPackage {
  name?: string
  version?: string
  architecture?: string
  /** Release of the kernel and its modules. */
  release?: string
  /** linbo64; unless given, just enough of one to tell its release. */
  kernel?: Uint8Array
  /** What lies in the initramfs' template, by paths below its root; or a whole tar archive of `linbofs64/…`. */
  template?: TarPart[] | Uint8Array
  /** What lies in lib/modules/<release>; or a whole tar archive of `lib/modules/…`. */
  modules?: TarPart[] | Uint8Array
  /** Files below /srv/linbo by their path there. */
  serverfs?: Record<string, string | Uint8Array>
  /** What else is in data.tar, at its end. */
  extra?: TarPart[]
  /** Files that are not there, by their path in the package. */
  without?: string[]
  /** Content of kversion, unless it is the release. */
  kversion?: string
  control?: string
  /** What `md5sums` says; right unless given, absent when null. */
  md5sums?: string | null
  compression?: Compression
}

const payload = './var/lib/linuxmuster/linbo'

/** The start of a kernel as far as anybody looks for its release. */
export function kernelOf(release: string): Buffer {
  const kernel = Buffer.alloc(2048)
  kernel.write('HdrS', 0x202, 'latin1')
  kernel.writeUInt16LE(0x400, 0x20e)
  kernel.write(`${release} (builder@example.org) #1 SMP\0`, 0x600, 'latin1')
  return kernel
}

/** A package with upstream's layout and little in it, as bytes. */
export function linboPackage(options: LinboPackage = {}): Buffer {
  const { release = '7.0.10-1', without = [], compression = 'xz' } = options
  const version = options.version ?? '7.4.11-0'
  const name = options.name ?? 'linuxmuster-linbo7'
  const isGui = name === 'linuxmuster-linbo-gui7'
  const files: Record<string, string | Uint8Array> = isGui
    ? { './srv/linbo/linbo_gui64_7.tar.lz': `gui ${version}` }
    : {
        [`${payload}/linbo64`]: options.kernel ?? kernelOf(release),
        [`${payload}/kversion`]: options.kversion ?? `${release}\n`,
        [`${payload}/linbofs64.tar.xz`]: xz(
          archive(options.template ?? smallTemplate, 'linbofs64'),
        ),
        [`${payload}/modules.tar.xz`]: xz(
          archive(options.modules ?? smallModules, `lib/modules/${release}`),
        ),
        './usr/share/linuxmuster/linbo/efipxe': 'IPv4\n',
        './usr/sbin/update-linbofs': '#!/bin/bash\nexit 1\n',
        './srv/linbo/linbo-version': `LINBO ${version}: Test\n`,
        './srv/linbo/boot/grub/grub.cfg': '# theirs\n',
        './srv/linbo/icons/theirs.svg': '<svg/>',
        './srv/linbo/linuxmuster-win/win11.global.reg': 'REGEDIT4\r\n',
      }
  for (const [path, content] of Object.entries(options.serverfs ?? {}))
    files[`./srv/linbo/${path}`] = content
  for (const path of without) delete files[path.replace(/^\/?/, './')]
  const parts = Object.entries(files).map(([path, data]): TarPart => ({ path, data }))
  const sums = parts.map(
    ({ path, data = '' }) =>
      `${createHash('md5').update(data).digest('hex')}  ${String(path).slice(2)}\n`,
  )
  const control =
    options.control ??
    `Package: ${name}\nVersion: ${version}\nArchitecture: ${options.architecture ?? 'amd64'}\nMaintainer: test\nDescription: test\n of a package\n`
  const md5sums = options.md5sums === undefined ? sums.join('') : options.md5sums
  const said: TarPart[] = [
    { path: './control', data: control },
    ...(md5sums === null ? [] : [{ path: './md5sums', data: md5sums }]),
    { path: './postinst', data: '#!/bin/sh\nexit 1\n', mode: 0o755 },
  ]
  const links: TarPart[] = isGui
    ? []
    : [
        {
          path: './srv/linbo/start.conf',
          type: '2',
          target: '/etc/linuxmuster/linbo/start.conf.default',
        },
      ]
  return debOf(tar(said), tar([...parts, ...links, ...(options.extra ?? [])]), compression)
}

/** A .deb of these two tar archives. */
export function debOf(
  control: Uint8Array,
  data: Uint8Array,
  compression: Compression = 'xz',
): Buffer {
  const end = compression === 'none' ? '' : `.${compression}`
  return ar([
    ['debian-binary', '2.0\n'],
    [`control.tar${end}`, pack(control, compression)],
    [`data.tar${end}`, pack(data, compression)],
  ])
}

/** Writes `linboPackage(options)` into a folder, named as upstream names it; returns its path. */
export function makeLinboPackage(folder: string, options: LinboPackage = {}): string {
  const { name = 'linuxmuster-linbo7', version = '7.4.11-0', architecture = 'amd64' } = options
  const path = join(folder, `${name}_${version}_${architecture}.deb`)
  writeFileSync(path, linboPackage(options))
  return path
}

const smallTemplate: TarPart[] = [
  { path: 'etc', type: '5', mode: 0o755 },
  { path: 'etc/linbo-version', data: 'LINBO 7.4.11: Test\n' },
  { path: 'init', type: '2', target: 'bin/busybox' },
]

const smallModules: TarPart[] = [
  { path: 'kernel', type: '5', mode: 0o755 },
  { path: 'kernel/one.ko', data: 'a module' },
  { path: 'modules.dep', data: 'kernel/one.ko:\n' },
]

function archive(parts: TarPart[] | Uint8Array, below: string): Uint8Array {
  if (parts instanceof Uint8Array) return parts
  const names = below.split('/')
  const folders = names.map(
    (_, at): TarPart => ({ path: `${names.slice(0, at + 1).join('/')}/`, type: '5', mode: 0o755 }),
  )
  return tar([...folders, ...parts.map((part) => ({ ...part, path: `${below}/${part.path}` }))])
}

function pack(bytes: Uint8Array, compression: Compression): Uint8Array {
  if (compression === 'zst') return zstdCompressSync(bytes)
  if (compression === 'gz') return gzipSync(bytes)
  return compression === 'xz' ? xz(bytes) : bytes
}

/** Packed by Debian's xz, quickly rather than well. */
export function xz(bytes: Uint8Array): Buffer {
  return execFileSync('xz', ['-c', '-1'], { input: bytes, maxBuffer: 2 ** 30 })
}
