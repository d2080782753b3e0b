import { whyNotImageBase } from './names.ts'
import { parsePartitionSize } from './partition-size.ts'
import type { OsSection, Problem, Section, StartConf } from './start-conf.ts'
import { importerKeys } from './start-conf-keys.ts'

/** Takes note of one problem. */
export type Report = (
  line: number,
  severity: Problem['severity'],
  message: string,
  fix: string,
) => void

/** Devices, labels, sizes and the order of the partitions. */
export function checkPartitions(conf: StartConf, report: Report): void {
  const byDev = new Map<string, number>()
  const byLabel = new Map<string, number>()
  const onDisk = new Map<string, number>()
  for (const [index, partition] of conf.partitions.entries()) {
    const { dev, label } = partition
    const line = partition.lines.get('dev') ?? partition.line
    if (!/^\/dev\/[A-Za-z0-9]+$/.test(dev)) {
      report(
        line,
        'error',
        dev ? `Dev "${dev}" is no device` : 'the partition has no Dev',
        'Set Dev, such as /dev/disk0p1 or /dev/sda1.',
      )
      continue
    }
    const first = byDev.get(dev)
    if (first !== undefined)
      report(line, 'error', `Dev ${dev} is in line ${first} too`, 'Give each partition its own.')
    byDev.set(dev, line)
    const labelLine = partition.lines.get('label') ?? line
    const labelled = label ? byLabel.get(label) : undefined
    if (labelled !== undefined)
      report(
        labelLine,
        'warning',
        `Label "${label}" is in line ${labelled} too, and LINBO finds partitions by label`,
        'Give each partition its own label.',
      )
    if (label) byLabel.set(label, labelLine)
    const disk = diskOf(dev)
    const count = (onDisk.get(disk) ?? 0) + 1
    onDisk.set(disk, count)
    if (count === 10)
      report(
        line,
        'error',
        `${disk} has more than 9 partitions, which the client creates in the wrong order`,
        'Use at most 9 partitions on a disk.',
      )
    const sizeLine = partition.lines.get('size') ?? line
    const size = parsePartitionSize(partition.raw.get('size') ?? '')
    if (size.error)
      report(sizeLine, 'error', `Size ${size.error}`, 'Write a whole number with M, G or T.')
    else if (size.warning)
      report(sizeLine, 'warning', `Size: ${size.warning}`, 'Write a whole number with M, G or T.')
    else if (
      size.sizeBytes === null &&
      !isExtended(partition) &&
      conf.partitions.slice(index + 1).some((later) => diskOf(later.dev) === disk)
    )
      report(
        sizeLine,
        'error',
        `${dev} takes the rest of ${disk}, and more partitions follow`,
        'Give it a Size, or make it the last one.',
      )
  }
}

/** The disk a partition device lies on: `/dev/nvme0n1p2` → `/dev/nvme0n1`, `/dev/sda1` → `/dev/sda`. */
function diskOf(dev: string): string {
  return dev.replace(/(?<=\d)p\d+$|(?<=[a-z])\d+$/, '')
}

function isExtended(section: Section): boolean {
  return /^0?5$/.test(section.raw.get('id') ?? '')
}

/** The [OS] sections, one by one and together. */
export function checkSystems(conf: StartConf, report: Report): void {
  if (conf.os.length === 0)
    report(
      1,
      'error',
      'there is no [OS] section, and a client ignores such a file',
      'Add at least one [OS] section.',
    )
  for (const system of conf.os) checkSystem(conf, system, report)
  const fifth = conf.os[4]
  if (fifth)
    report(
      fifth.line,
      'warning',
      `the client's GUI shows four operating systems, this file has ${conf.os.length}`,
      'Reach the others with linbo-remote, or leave them out.',
    )
}

function checkSystem(conf: StartConf, system: OsSection, report: Report): void {
  const { line, raw } = system
  const at = (key: string) => system.lines.get(key) ?? line
  const missing = importerKeys.filter((key) => !raw.has(key.toLowerCase()))
  if (missing.length > 0)
    report(
      line,
      'warning',
      `[OS] ${system.number} lacks ${missing.join(', ')}, so linuxmuster's importer leaves it out`,
      'Add the keys, if only empty.',
    )
  const unset = ['StartEnabled', 'SyncEnabled', 'NewEnabled'].filter(
    (key) => !raw.has(key.toLowerCase()),
  )
  if (unset.length > 0)
    report(
      line,
      'warning',
      `[OS] ${system.number} lacks ${unset.join(', ')}, so the client takes over the value before`,
      'Write yes or no for each.',
    )
  if (raw.has('name') && system.name === '')
    report(
      at('name'),
      'warning',
      `[OS] ${system.number} has no Name and is not shown`,
      'Give it a Name.',
    )
  const image = system.baseImage.match(/^(.*)\.(qcow2|iso)$/)
  if (system.baseImage !== '') {
    const why = image ? whyNotImageBase(image[1] ?? '') : 'it does not end in .qcow2 or .iso'
    if (why)
      report(
        at('baseimage'),
        'error',
        `BaseImage "${system.baseImage}": ${why}`,
        'Rename the image.',
      )
  }
  const isPartition = conf.partitions.some((partition) => partition.dev === system.root)
  if (system.root !== '' && !isPartition && system.root !== conf.linbo.cache)
    report(
      at('root'),
      'warning',
      `Root is ${system.root}, which no [Partition] describes`,
      'Add the partition or correct Root.',
    )
  if (!['', 'start', 'sync', 'new'].includes(system.defaultAction))
    report(
      at('defaultaction'),
      'warning',
      `DefaultAction is "${system.defaultAction}", which the client does not know`,
      'Write start, sync or new.',
    )
}
