import { diskOf } from './device.ts'
import type { KeyLine } from './line.ts'
import type { OpenSection } from './section.ts'
import type { OsSection, PartitionSection, StartConf, StartConfOptions } from './start-conf.ts'

/** What is known of the machines and the server beyond the file; all of it may be left out. */
export interface DiskFacts {
  /** Size of the first disk. */
  diskBytes?: number
  /** How the machines start: UEFI makes GPT tables, BIOS msdos ones. */
  firmware?: 'bios' | 'uefi'
  /** Sizes of images, by file name such as `win11.qcow2` or `win11.qdiff`. */
  imageBytes?: Record<string, number>
}

/** A start.conf with what rules look up again and again. */
export interface CheckedConf extends StartConf {
  sections: OpenSection[]
  /** Keys before the first heading. */
  stray: KeyLine[]
  options: StartConfOptions
  /** The partitions of each disk in the order the client creates them: lexically by device. */
  disks: Map<string, PartitionSection[]>
  /** The first partition of each device. */
  byDev: Map<string, PartitionSection>
  /** The systems of each root device. */
  byRoot: Map<string, OsSection[]>
  cache: PartitionSection | undefined
}

export function lookUp(
  conf: StartConf,
  sections: OpenSection[],
  stray: KeyLine[],
  options: StartConfOptions,
): CheckedConf {
  const byDev = new Map<string, PartitionSection>()
  for (const one of conf.partitions) if (!byDev.has(one.dev)) byDev.set(one.dev, one)
  return {
    ...conf,
    sections,
    stray,
    options,
    disks: partitionsByDisk(conf.partitions),
    byDev,
    byRoot: Map.groupBy(conf.os, (system) => system.root),
    cache: conf.linbo.cache === '' ? undefined : byDev.get(conf.linbo.cache),
  }
}

/** The partitions of each disk in the order the client creates them: lexically by device. */
export function partitionsByDisk(
  partitions: readonly PartitionSection[],
): Map<string, PartitionSection[]> {
  const named = partitions.filter((one) => one.dev !== '')
  const disks = Map.groupBy(named, (one) => diskOf(one.dev))
  for (const list of disks.values())
    list.sort((a, b) => (a.dev < b.dev ? -1 : a.dev > b.dev ? 1 : 0))
  return disks
}
