import type { CheckedConf } from '../checked.ts'
import { isExtended, looksLikeUefi, partitionType } from '../device.ts'
import { setValue } from '../line-edit.ts'
import { onKey, onLine, type Rule } from '../rule.ts'
import type { PartitionSection } from '../start-conf.ts'

export const bootTableRules: Rule[] = [
  {
    code: 'efi-missing',
    severity: 'warning',
    message: 'there is no EFI partition',
    fix: 'Add a first partition with Id = ef, FSType = vfat and some 300M.',
    explanation:
      'Machines that start with UEFI get a GPT and boot from an EFI partition only. Without one they always boot from the network, and Windows does not start.',
    *check(conf) {
      const { partitions } = conf
      const first = partitions[0]
      if (!first || !isUefi(conf) || partitions.some((one) => partitionType(one.id) === 'efi'))
        return
      yield { at: onLine(first.heading) }
    },
  },
  {
    code: 'efi-twice',
    severity: 'warning',
    message: '{disk} has another EFI partition, {first}',
    fix: 'Keep one EFI partition on a disk.',
    explanation: 'The last one gets the boot flag, and the firmware may look at the other.',
    *check({ disks }) {
      for (const [disk, partitions] of disks) {
        const [first, ...others] = partitions.filter((one) => partitionType(one.id) === 'efi')
        for (const one of others)
          yield { at: onKey(one, 'id'), values: { disk, first: first?.dev ?? '' } }
      }
    },
  },
  {
    code: 'extended-with-uefi',
    severity: 'warning',
    message: '{dev} is an extended partition, which a GPT does not have',
    fix: 'Leave it out for UEFI machines and number the partitions behind it on.',
    explanation:
      'Id 5 means something in msdos tables only; machines that start with UEFI get a GPT.',
    *check(conf) {
      if (!isUefi(conf)) return
      for (const one of conf.partitions)
        if (isExtended(one)) yield { at: onKey(one, 'id'), values: { dev: one.dev } }
    },
  },
  {
    code: 'msdos-primaries',
    severity: 'error',
    message: '{disk} has {count} primary partitions, an msdos table takes 4',
    fix: 'Use an extended partition (Id = 5) with logical ones in it.',
    explanation:
      'Machines that start with BIOS get an msdos table; partitioning fails at the fifth.',
    *check({ disks, options }) {
      if (options.firmware !== 'bios') return
      for (const [disk, partitions] of disks) {
        const extended = partitions.findIndex(isExtended)
        const count = extended < 0 ? partitions.length : extended + 1
        const fifth = partitions[4]
        if (count > 4 && fifth) yield { at: onKey(fifth, 'dev'), values: { disk, count } }
      }
    },
  },
  {
    code: 'bootable-twice',
    severity: 'warning',
    message: '{dev} takes the boot flag from {first}',
    fix: 'Write Bootable = no.',
    explanation:
      'Only one partition of a disk has the boot flag: in a GPT the last one wins, and then the EFI partition is none any more.',
    *check({ disks }) {
      for (const partitions of disks.values()) {
        const efi = partitions.find((one) => partitionType(one.id) === 'efi')
        const keeper = efi ?? partitions.find((one) => one.bootable)
        for (const one of partitions) {
          const line = one.keys.get('bootable')
          if (!line || !one.bootable || one === keeper || !keeper) continue
          if (partitionType(one.id) === 'efi') continue
          const values = { dev: one.dev, first: keeper.dev }
          yield { at: onLine(line), values, edits: [setValue(line, 'no')] }
        }
      }
    },
  },
]

function isUefi({ partitions, linbo, options }: CheckedConf): boolean {
  if (options.firmware) return options.firmware === 'uefi'
  return looksLikeUefi(onFirstDisk(partitions), linbo.raw.get('systemtype') ?? '')
}

/** Partitions beyond the first disk say nothing of how a machine starts, and sizes of msdos tables count by disk. */
function onFirstDisk(partitions: readonly PartitionSection[]): PartitionSection[] {
  const disk = partitions.find((one) => one.dev !== '')?.dev.replace(/p?\d+$/, '')
  return partitions.filter((one) => disk !== undefined && one.dev.startsWith(disk))
}
