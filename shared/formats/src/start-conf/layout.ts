import { partitionsByDisk } from './checked.ts'
import { partitionType } from './device.ts'
import type { OsSection, PartitionSection, StartConf } from './start-conf.ts'

export type PartitionKind =
  | 'efi'
  | 'msr'
  | 'windows'
  | 'linux'
  | 'swap'
  | 'cache'
  | 'data'
  | 'extended'

export interface LayoutPartition {
  /** The number of `format:<n>`, which is the place in the file. */
  number: number
  dev: string
  label: string
  kind: PartitionKind
  fsType: string
  /** From the beginning of the disk; null behind a partition of unknown size. */
  startBytes: number | null
  /** As the client rounds it; null for the rest of a disk of unknown size. */
  sizeBytes: number | null
  /** It takes what is left of the disk. */
  isRest: boolean
  /** It lies in the extended partition. */
  isLogical: boolean
  isBootable: boolean
  /** False when it does not fit the disk. */
  fits: boolean
  /** The systems that are installed here, or are started from here as an ISO. */
  os: { number: number; name: string }[]
}

export interface DiskLayout {
  /** `/dev/disk0` */
  disk: string
  diskBytes: number | null
  /** What the disk must have at least. */
  neededBytes: number
  /** Null when the size of the disk is not known. */
  fits: boolean | null
  /** In the order the client creates them. */
  partitions: LayoutPartition[]
}

const mib = 1024 ** 2
/** A partition that takes the rest is no use below this. */
const leastRestBytes = 2 * mib

/**
 * What the client makes of the disks, as data for a picture. The first partition begins at 1 MiB, sizes are whole even MiB, and the
 * last MiB stays free for the second copy of a GPT.
 * @param options.diskBytes the size of the first disk, or of each by its name such as `/dev/disk0`.
 */
export function diskLayout(
  conf: Pick<StartConf, 'partitions' | 'os' | 'linbo'>,
  options: { diskBytes?: number | Record<string, number> } = {},
): DiskLayout[] {
  const { diskBytes } = options
  const disks = [...partitionsByDisk(conf.partitions)].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return disks.map(([disk, partitions], index) => {
    const known =
      typeof diskBytes === 'object' ? diskBytes[disk] : index === 0 ? diskBytes : undefined
    const layout = layOut(partitions, { diskBytes: known, cache: conf.linbo.cache, os: conf.os })
    return { disk, diskBytes: known ?? null, ...layout }
  })
}

/** The partitions of one disk, in the order the client creates them. */
export function layOut(
  partitions: readonly PartitionSection[],
  facts: { diskBytes?: number | undefined; cache?: string; os?: readonly OsSection[] },
): Omit<DiskLayout, 'disk' | 'diskBytes'> {
  const { diskBytes, cache = '', os = [] } = facts
  const rootOf = Map.groupBy(os, (system) => system.root)
  const end = diskBytes === undefined ? null : Math.floor(diskBytes / mib) * mib - mib
  let at: number | null = mib
  let needed = mib
  /** Where the extended partition ends, and so its logical ones do. */
  let extendedEnd: number | null | undefined
  const laidOut: LayoutPartition[] = []
  for (const one of partitions) {
    const systems = rootOf.get(one.dev) ?? []
    const kind = kindOf(one, cache, systems)
    const isLogical = extendedEnd !== undefined && kind !== 'extended'
    const limit: number | null = isLogical ? (extendedEnd ?? null) : end
    const isRest = (one.raw.get('size') ?? '') === ''
    const left: number | null = at === null || limit === null ? null : Math.max(limit - at, 0)
    const sizeBytes: number | null = isRest ? left : one.sizeBytes
    const least = isRest ? leastRestBytes : (one.sizeBytes ?? 0)
    if (kind !== 'extended') needed += least
    laidOut.push({
      number: one.number,
      dev: one.dev,
      label: one.label,
      kind,
      fsType: one.fsType,
      startBytes: at,
      sizeBytes,
      isRest,
      isLogical,
      isBootable: one.bootable,
      fits: left === null || least <= left,
      os: systems.map(({ number, name }) => ({ number, name })),
    })
    const behind: number | null = at === null || sizeBytes === null ? null : at + sizeBytes
    if (kind === 'extended') extendedEnd = behind
    else at = behind
  }
  const fits = end === null ? null : laidOut.every((one) => one.fits)
  return { neededBytes: needed + mib, fits, partitions: laidOut }
}

function kindOf(
  one: PartitionSection,
  cache: string,
  systems: readonly OsSection[],
): PartitionKind {
  const type = partitionType(one.id)
  if (one.dev === cache) return 'cache'
  if (type === 'efi' || type === 'msr' || type === 'swap' || type === 'extended') return type
  const fsType = one.fsType.toLowerCase()
  if (fsType === 'swap') return 'swap'
  if (systems.length === 0) return 'data'
  return fsType === 'ntfs' || fsType.includes('fat') ? 'windows' : 'linux'
}
