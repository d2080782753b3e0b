import type { LayoutPartition } from '@linbo/formats'

/** The rest of a disk counts like this when nobody knows how much that is. */
const restShare = 0.3

/**
 * How wide the partitions are drawn, relative to each other. The square root keeps a partition of 100 MB visible
 * beside one of 500 GB.
 */
export function widthsOf(
  partitions: readonly Pick<LayoutPartition, 'sizeBytes' | 'isRest'>[],
): number[] {
  const known = partitions.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0)
  return partitions.map(({ sizeBytes, isRest }) => {
    const size = sizeBytes ?? (isRest ? known * restShare : 0)
    return Math.max(1, Math.round(Math.sqrt(size / 1024 ** 2)))
  })
}

const units = ['MiB', 'GiB', 'TiB']

/** A size as start.conf means it: its G are 1,024³ bytes. */
export function binary(sizeBytes: number, locale: string): string {
  let value = sizeBytes / 1024 ** 2
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${value.toLocaleString(locale, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${units[unit]}`
}
