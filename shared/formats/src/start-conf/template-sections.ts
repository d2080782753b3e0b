import { partitionDev } from './device.ts'
import { assignment } from './line-edit.ts'

/** A partition before it has a number. */
export interface TemplatePartition {
  label: string
  /** Empty for the rest of the disk. */
  size: string
  id: string
  fsType: string
}

export interface TemplateSystem {
  name: string
  description: string
  icon: string
  image: string
  /** The label of its partition. */
  on: string
  kernel: string
  initrd: string
  append: string
  isSynced: boolean
  /** It starts by itself, synced, and users cannot write it anew. */
  isKiosk?: boolean
}

export const efi: TemplatePartition = { label: 'efi', size: '300M', id: 'ef', fsType: 'vfat' }
export const msr: TemplatePartition = { label: 'msr', size: '128M', id: '0c01', fsType: '' }
export const cache: TemplatePartition = { label: 'cache', size: '', id: '83', fsType: 'ext4' }

/** A whole start.conf: partitions numbered as they come, the first one bootable. */
export function printTemplate(
  linbo: Record<string, string>,
  disk: string,
  partitions: readonly TemplatePartition[],
  systems: readonly TemplateSystem[],
): string {
  const devOf = new Map(partitions.map((one, index) => [one.label, partitionDev(disk, index + 1)]))
  const dev = (label: string) => devOf.get(label) ?? ''
  const blocks = [
    section('LINBO', { ...linbo, Cache: dev('cache') }),
    ...partitions.map((one, index) =>
      section('Partition', {
        Dev: dev(one.label),
        Label: one.label,
        Size: one.size,
        Id: one.id,
        FSType: one.fsType,
        Bootable: index === 0 ? 'yes' : 'no',
      }),
    ),
    ...systems.map((one) => section('OS', osKeys(one, dev(one.on)))),
  ]
  return blocks.join('\n')
}

function osKeys(system: TemplateSystem, root: string): Record<string, string> {
  const { isKiosk = false, isSynced } = system
  return {
    Name: system.name,
    Description: system.description,
    IconName: system.icon,
    BaseImage: system.image,
    Root: root,
    Kernel: system.kernel,
    Initrd: system.initrd,
    Append: system.append,
    StartEnabled: 'yes',
    SyncEnabled: isSynced ? 'yes' : 'no',
    NewEnabled: isSynced && !isKiosk ? 'yes' : 'no',
    Autostart: isKiosk ? 'yes' : 'no',
    AutostartTimeout: isKiosk ? '0' : '5',
    DefaultAction: isKiosk ? 'sync' : 'start',
  }
}

function section(name: string, keys: Record<string, string>): string {
  const lines = Object.entries(keys).map(([key, value]) => `${assignment(key, value.trim())}\n`)
  return `[${name}]\n${lines.join('')}`
}
