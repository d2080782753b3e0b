import { isKnownPartition, partitionType } from '../device.ts'
import { assignment, insertAfter, setValue } from '../line-edit.ts'
import { onKey, onLine, type Rule } from '../rule.ts'
import { lastLine } from '../section.ts'
import type { LinboSection, PartitionSection } from '../start-conf.ts'

export const cacheRules: Rule[] = [
  {
    code: 'cache-missing',
    severity: 'warning',
    message: 'without Cache machines always boot from the network and keep no images',
    fix: 'Set Cache to the partition for it{hint}.',
    explanation:
      'The client neither updates LINBO nor keeps images without a cache, and linuxmuster makes a GRUB file that only boots from the network.',
    *check({ linbo, partitions }) {
      if (!linbo.heading || linbo.cache !== '') return
      const found = cacheByLabel(partitions)
      yield {
        at: onKey(linbo, 'cache'),
        values: { hint: found ? `, ${found.dev}` : '' },
        edits: cacheEdits(linbo, found),
      }
    },
  },
  {
    code: 'cache-unknown',
    severity: 'warning',
    message: 'Cache is {cache}, which no [Partition] describes',
    fix: 'Add the partition or correct Cache{hint}.',
    explanation:
      'The client looks for the cache by the device and the label of its partition. One it does not know it neither formats nor finds when disks change names.',
    *check({ linbo, partitions, cache }) {
      if (linbo.cache === '' || cache || isRemote(linbo.cache)) return
      const found = cacheByLabel(partitions)
      yield {
        at: onKey(linbo, 'cache'),
        values: { cache: linbo.cache, hint: found ? `, ${found.dev}` : '' },
        edits: cacheEdits(linbo, found),
      }
    },
  },
  {
    code: 'cache-remote',
    severity: 'warning',
    message: 'Cache is a network share',
    fix: 'Use a partition of the machine.',
    explanation:
      'A cache on NFS or CIFS turns off downloads and the local GRUB, and starting a system from it needs a server program that upstream removed.',
    *check({ linbo }) {
      if (isRemote(linbo.cache)) yield { at: onKey(linbo, 'cache') }
    },
  },
  {
    code: 'cache-device',
    severity: 'warning',
    message: 'GRUB has no name for the cache {cache}',
    fix: 'Use /dev/sdXN, /dev/nvme0n1pN, /dev/mmcblk0pN or /dev/disk0pN.',
    explanation:
      'For other devices linuxmuster makes a GRUB file that only boots from the network.',
    *check({ linbo }) {
      const { cache } = linbo
      if (cache !== '' && !isRemote(cache) && !isKnownPartition(cache))
        yield { at: onKey(linbo, 'cache'), values: { cache } }
    },
  },
  {
    code: 'cache-fstype',
    severity: 'warning',
    message: 'the cache {cache} is {fstype}',
    fix: 'Write FSType = ext4 for it.',
    explanation:
      'GRUB, LINBO and torrents are written to the cache. Files above 4 GiB do not fit on vfat, and ntfs is slow and loses permissions.',
    *check({ cache }) {
      if (!cache || cache.fsType === '' || /^(?:ext[234]|reiserfs)$/i.test(cache.fsType)) return
      const line = cache.keys.get('fstype')
      const edits = line ? [setValue(line, 'ext4')] : []
      const values = { cache: cache.dev, fstype: cache.fsType }
      yield { at: onKey(cache, 'fstype'), values, edits }
    },
  },
  {
    code: 'cache-is-root',
    severity: 'error',
    message: 'Root of "{name}" is the cache partition',
    fix: 'Give the system a partition of its own.',
    explanation:
      'Writing an image to the cache partition destroys the cache, with the image that is being written.',
    *check({ cache, byRoot }) {
      for (const system of (cache && byRoot.get(cache.dev)) ?? []) {
        if (system.baseImage.toLowerCase().endsWith('.iso') || system.baseImage === '') continue
        yield { at: onKey(system, 'root'), values: { name: system.name } }
      }
    },
  },
  {
    code: 'cache-too-small',
    severity: 'warning',
    message: 'the images need {need} GiB, the cache has {size} GiB',
    fix: 'Make the cache larger, or leave out images.',
    explanation:
      'The cache keeps the base image and the differential image of every system at once. An image that does not fit is loaded again and again.',
    *check({ cache, os, options }) {
      const sizes = options.imageBytes
      if (!cache?.sizeBytes || !sizes) return
      const images = new Set(os.map((system) => system.baseImage).filter((image) => image !== ''))
      let need = 0
      for (const image of images) {
        const diff = image.replace(/\.qcow2$/, '.qdiff')
        for (const file of new Set([image, diff]))
          if (Object.hasOwn(sizes, file)) need += sizes[file] ?? 0
      }
      if (need <= cache.sizeBytes) return
      const values = { need: gib(need), size: gib(cache.sizeBytes) }
      yield { at: onKey(cache, 'size'), values }
    },
  },
  {
    code: 'cache-type',
    severity: 'warning',
    message: 'the cache {cache} has the Id of {type}',
    fix: 'Write Id = 83.',
    explanation: 'Partitions of that kind are for the firmware, swapping or other partitions.',
    *check({ cache }) {
      const type = cache && partitionType(cache.id)
      if (!cache || !type || !['efi', 'msr', 'swap', 'extended'].includes(type)) return
      const line = cache.keys.get('id')
      const edits = line ? [setValue(line, '83')] : []
      yield {
        at: line ? onKey(cache, 'id') : onLine(cache.heading),
        values: { cache: cache.dev, type },
        edits,
      }
    },
  },
]

function isRemote(cache: string): boolean {
  return /^\/\/|^[^/\s]+:\//.test(cache)
}

function cacheByLabel(partitions: readonly PartitionSection[]): PartitionSection | undefined {
  return partitions.find((one) => one.label.toLowerCase() === 'cache' && one.dev !== '')
}

function cacheEdits(linbo: LinboSection, found: PartitionSection | undefined) {
  const line = linbo.keys.get('cache')
  const below = lastLine(linbo)
  if (!found || !below) return []
  return [line ? setValue(line, found.dev) : insertAfter(below, [assignment('Cache', found.dev)])]
}

function gib(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1)
}
