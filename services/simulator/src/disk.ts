import { mkdir, rm } from 'node:fs/promises'
import type { PartitionSection } from '@linbo/formats'
import { at, banner, type Workbench, work } from './bench.ts'

/** `linbo_partition`: a new table on every disk. What is on the partitions stays where it is. */
export async function partition(bench: Workbench): Promise<number> {
  return onEveryDisk(bench, async () => {})
}

/** `linbo_partition_format`. */
export async function partitionAndFormat(bench: Workbench): Promise<number> {
  bench.write(banner('linbo_partition_format'))
  return onEveryDisk(bench, (one) => formatPartition(bench, one))
}

async function onEveryDisk(
  bench: Workbench,
  each: (one: PartitionSection) => Promise<void>,
): Promise<number> {
  const disks = Map.groupBy(bench.startConf.partitions, (one) => one.dev.replace(/p?\d+$/, ''))
  const kind = bench.machine.firmware === 'bios' ? 'msdos' : 'gpt'
  bench.write(banner('linbo_partition'))
  for (const [disk, partitions] of disks) {
    bench.write(`Creating new ${kind} partition table on ${disk}.\n`)
    await work(bench, 600)
    bench.write('partition label size id fstype bootable\n')
    for (const [index, one] of partitions.entries()) {
      const { dev, label, id, fsType, bootable } = one
      const size = one.raw.get('size') || '-'
      const boots = bootable ? 'yes' : 'no'
      bench.write(`${index + 1}: ${dev} ${label} ${size} ${id} ${fsType} ${boots}\n`)
      await work(bench, 200)
      await each(one)
    }
    bench.write(`Finished partitioning of ${disk} successfully!\n`)
  }
  return 0
}

/** `linbo_format <n>`. */
export async function format(bench: Workbench, number: number): Promise<number> {
  const one = bench.startConf.partitions[number - 1]
  if (!one) {
    bench.write(`Usage: linbo_format <#> | <partition>\n`)
    return 1
  }
  await formatPartition(bench, one)
  return 0
}

async function formatPartition(bench: Workbench, one: PartitionSection): Promise<void> {
  bench.write(banner('linbo_format', one.dev))
  const isExt = one.fsType.startsWith('ext')
  bench.write(
    `Formatting ${one.dev} with ${one.fsType} ...${isExt ? 'mke2fs 1.47.2 (1-Jan-2025)\n' : ''}`,
  )
  await work(bench, 800)
  if (one.dev === bench.startConf.linbo.cache) {
    await rm(at(bench, 'cache'), { recursive: true, force: true })
    await mkdir(at(bench, 'cache'))
  } else await rm(contentOf(bench, one.dev), { force: true })
  bench.write(' OK!\n')
}

/** Names the image that is on a partition; LINBO's `/.linbo`. */
export function contentOf(bench: Workbench, dev: string): string {
  return at(bench, 'disk', dev.replaceAll('/', '_'))
}

/** `linbo_label all`. */
export function label(bench: Workbench): number {
  bench.write(banner('linbo_label', 'all'))
  for (const { dev, fsType, label } of bench.startConf.partitions)
    bench.write(`Partition ${dev} - fstype ${fsType} --> label ${label} ...  OK!\n`)
  return 0
}
