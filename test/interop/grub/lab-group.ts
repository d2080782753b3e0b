import { cpio, groupGrubConfig, packCpio } from '@linbo/boot'
import { parseStartConf } from '@linbo/formats'
import type { Partition } from '../../support/grub-emu.ts'
import { groupReference, type ReferenceSystem } from './reference-configs.ts'

/** A group with Windows, Linux, an ISO image and a cache, in the two ways to write its configuration. */
const systems: ReferenceSystem[] = [
  {
    ...{ name: 'Windows 11', number: 1, label: 'windows', root: 'hd0,1', partition: 1 },
    ...{ kernel: 'auto', initrd: '', append: '' },
  },
  {
    ...{ name: 'Debian', number: 2, label: 'debian', root: 'hd0,2', partition: 2 },
    ...{ kernel: 'boot/own', initrd: 'boot/own.img', append: 'ro quiet' },
  },
  {
    ...{ name: 'Rescue', number: 3, label: 'cache', root: 'hd0,3', partition: 3 },
    ...{ kernel: 'live/vmlinuz', initrd: 'live/initrd.img', append: 'boot=live' },
    iso: 'rescue.iso',
  },
]
export const kernelOptions = 'quiet splash dhcpretry=6'
const startConf = `[LINBO]
Group = lab
Cache = /dev/sda3
KernelOptions = ${kernelOptions}
${systems.map(({ label }, n) => `[Partition]\nDev = /dev/sda${n + 1}\nLabel = ${label}\n`).join('')}
${systems
  .map(
    (one) => `[OS]
Name = ${one.name}
BaseImage = ${one.iso ?? `${one.label}.qcow2`}
Root = /dev/sda${one.partition}
Kernel = ${one.kernel}
Initrd = ${one.initrd}
Append = ${one.append}
`,
  )
  .join('')}`
export const ours = groupGrubConfig({ group: 'lab', startConf: parseStartConf(startConf) })
export const reference = groupReference({
  cacheLabel: 'cache',
  cacheRoot: 'hd0,3',
  kernelOptions,
  systems,
})

export const file = (...paths: string[]) => Object.fromEntries(paths.map((path) => [path, 'x']))
export const linbo = file('/linbo64', '/linbofs64')
export const part = (label: string, files: Record<string, string> = {}): Partition => ({
  label,
  files,
})
export const disk = (windows = {}, debian = {}, cache = {}) => [
  part('windows', windows),
  part('debian', debian),
  part('cache', cache),
]
export const fromCache = (device: string, words: string) => [
  `linux (${device})/linbo64 ${words}`,
  `initrd (${device})/linbofs64`,
]

/** An archive GRUB reads like any file system. */
export function iso(): string {
  const files = ['live/vmlinuz', 'live/initrd.img'].map((path) => cpio.file(path, 'x'))
  return packCpio(files).toString('latin1')
}
