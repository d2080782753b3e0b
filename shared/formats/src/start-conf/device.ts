import type { PartitionSection } from './start-conf.ts'

/** The disk a partition device lies on: `/dev/nvme0n1p2` → `/dev/nvme0n1`, `/dev/sda1` → `/dev/sda`. */
export function diskOf(dev: string): string {
  return dev.replace(/(?<=\d)p\d{1,4}$|(?<=[A-Za-z])\d{1,4}$/, '')
}

/** The number behind the disk's name, or 0 when there is none. */
export function partitionNumber(dev: string): number {
  return Number(dev.slice(diskOf(dev).length).replace('p', ''))
}

/** `/dev/disk0p3` and the like, which LINBO's links make the same on all machines. */
export function isUniform(dev: string): boolean {
  return /^\/dev\/disk\d/.test(dev)
}

/** The name of a partition of a disk: a disk that ends in a digit wants a `p` between. */
export function partitionDev(disk: string, number: number): string {
  return /\d$/.test(disk) ? `${disk}p${number}` : `${disk}${number}`
}

/** A device name that LINBO and GRUB know as a partition. */
export function isKnownPartition(dev: string): boolean {
  return /^\/dev\/(?:(?:[shv]|xv)d[a-z]\d+|nvme\d+n\d+p\d+|mmcblk\d+p\d+|disk\d+p\d+)$/.test(dev)
}

/** What the client makes of `Id`. */
type PartitionType = 'efi' | 'msr' | 'ntfs' | 'fat' | 'swap' | 'linux' | 'extended' | 'other'

const types: Record<string, PartitionType> = {
  ef: 'efi',
  c01: 'msr',
  '0c01': 'msr',
  '7': 'ntfs',
  '07': 'ntfs',
  b: 'fat',
  '0b': 'fat',
  c: 'fat',
  '0c': 'fat',
  '6': 'fat',
  '06': 'fat',
  e: 'fat',
  '0e': 'fat',
  '82': 'swap',
  '83': 'linux',
  '5': 'extended',
  '05': 'extended',
}

export function partitionType(id: string): PartitionType {
  return types[id.toLowerCase()] ?? 'other'
}

export function isExtended(partition: PartitionSection): boolean {
  return partitionType(partition.id) === 'extended'
}

/** True when there is an EFI system partition, or nothing else explains what is there. */
export function looksLikeUefi(
  partitions: readonly PartitionSection[],
  systemType: string,
): boolean {
  const has = (type: PartitionType) => partitions.some((one) => partitionType(one.id) === type)
  if (/^efi/i.test(systemType) || has('efi') || has('msr')) return true
  return partitions.length > 4 && !has('extended')
}
