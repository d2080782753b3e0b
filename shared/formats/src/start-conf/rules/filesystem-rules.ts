import { partitionType } from '../device.ts'
import { assignment, insertAfter, setValue } from '../line-edit.ts'
import { onKey, type Rule } from '../rule.ts'
import { lastLine } from '../section.ts'
import type { PartitionSection } from '../start-conf.ts'

export const fileSystemRules: Rule[] = [
  {
    code: 'fstype-unknown',
    severity: 'warning',
    message: 'FSType is "{fstype}", which LINBO cannot format',
    fix: 'Write ntfs, ext2, ext3, ext4, swap, vfat, reiserfs or nothing{hint}.',
    explanation:
      'The client says "Unknown fstype!" and leaves the partition unformatted. Words in capitals get no label.',
    *check({ partitions }) {
      for (const one of partitions) {
        const { fsType } = one
        const line = one.keys.get('fstype')
        if (!line || /^(?:ntfs|ext[234]|swap|vfat|reiserfs|fat(?:12|16|32)?|)$/.test(fsType))
          continue
        const lower = fsType.toLowerCase()
        const isKnown = /^(?:ntfs|ext[234]|swap|vfat|reiserfs|fat(?:12|16|32)?)$/.test(lower)
        const meant = isKnown ? lower : synonyms[lower]
        const values = { fstype: fsType, hint: meant ? `; ${meant} is meant` : '' }
        const edits = meant ? [setValue(line, meant)] : []
        yield { at: onKey(one, 'fstype'), values, edits, isSafe: isKnown }
      }
    },
  },
  {
    code: 'id-unknown',
    severity: 'warning',
    message: 'Id is "{id}", which LINBO does not know',
    fix: 'Write ef, 0c01, 7, 0c, 82, 83 or 5{hint}.',
    explanation:
      'A partition with another Id gets no type, so that firmware and Windows may overlook it.',
    *check({ partitions }) {
      for (const one of partitions) {
        if (partitionType(one.id) !== 'other') continue
        const meant = idFor(one.fsType)
        const line = one.keys.get('id')
        const below = lastLine(one)
        const edit = meant
          ? line
            ? setValue(line, meant)
            : below && insertAfter(below, [assignment('Id', meant)])
          : undefined
        const values = { id: one.id, hint: meant ? `; ${meant} fits ${one.fsType}` : '' }
        yield { at: onKey(one, 'id'), values, edits: edit ? [edit] : [] }
      }
    },
  },
  {
    code: 'id-fstype',
    severity: 'warning',
    message: 'Id {id} does not go with FSType {fstype}',
    fix: 'Write Id = {meant}.',
    explanation:
      'The Id becomes the type in the partition table. Windows does not mount an ntfs partition of type 83, and Linux installers take one of type 7 for Windows.',
    *check({ partitions }) {
      for (const one of partitions) {
        const type = partitionType(one.id)
        const fsType = one.fsType.toLowerCase()
        const line = one.keys.get('id')
        const meant = idFor(fsType)
        if (!line || !meant || !['ntfs', 'fat', 'swap', 'linux'].includes(type)) continue
        const expected = partitionType(meant)
        if (type === expected) continue
        const values = { id: one.id, fstype: one.fsType, meant }
        yield { at: onKey(one, 'id'), values, edits: [setValue(line, meant)] }
      }
    },
  },
  {
    code: 'efi-fstype',
    severity: 'warning',
    message: 'the EFI partition {dev} has FSType "{fstype}"',
    fix: 'Write FSType = vfat.',
    explanation: 'Firmware reads only FAT, and LINBO cannot write its boot files there otherwise.',
    *check({ partitions }) {
      for (const one of partitions)
        if (partitionType(one.id) === 'efi' && !/fat/i.test(one.fsType))
          yield fsTypeFinding(one, 'vfat')
    },
  },
  {
    code: 'msr-fstype',
    severity: 'warning',
    message: 'the reserved partition {dev} has FSType "{fstype}"',
    fix: 'Leave FSType empty.',
    explanation:
      "Microsoft's reserved partition (Id 0c01) has no file system; Windows expects it unformatted.",
    *check({ partitions }) {
      for (const one of partitions)
        if (partitionType(one.id) === 'msr' && one.fsType !== '') yield fsTypeFinding(one, '')
    },
  },
  {
    code: 'fstype-missing',
    severity: 'warning',
    message: '{dev} has no FSType but a system or the cache is on it',
    fix: 'Write FSType{hint}.',
    explanation:
      'The client does not format a partition without FSType, so that a system cannot be written to it.',
    *check({ partitions, byRoot, cache }) {
      for (const one of partitions) {
        if (one.fsType !== '' || (one !== cache && !byRoot.has(one.dev)) || one.dev === '') continue
        const type = partitionType(one.id)
        const meant = type === 'ntfs' ? 'ntfs' : type === 'linux' ? 'ext4' : undefined
        const { edits } = meant ? fsTypeFinding(one, meant) : { edits: [] }
        const values = { dev: one.dev, hint: meant ? ` = ${meant}` : '' }
        yield { at: onKey(one, 'fstype'), values, edits }
      }
    },
  },
]

const synonyms: Record<string, string> = {
  ext: 'ext4',
  fat: 'vfat',
  linux: 'ext4',
  'linux-swap': 'swap',
}

function idFor(fsType: string): string | undefined {
  const lower = fsType.toLowerCase()
  if (lower === 'ntfs') return '7'
  if (lower === 'swap') return '82'
  if (lower.includes('fat')) return '0c'
  return /^(?:ext[234]|reiserfs)$/.test(lower) ? '83' : undefined
}

function fsTypeFinding(one: PartitionSection, meant: string) {
  const line = one.keys.get('fstype')
  const below = lastLine(one)
  const edits = line
    ? [setValue(line, meant)]
    : below
      ? [insertAfter(below, [assignment('FSType', meant)])]
      : []
  return { at: onKey(one, 'fstype'), values: { dev: one.dev, fstype: one.fsType }, edits }
}
