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
