import type { CheckedConf } from '../checked.ts'
import { isExtended, isUniform, partitionDev, partitionNumber } from '../device.ts'
import { type LineEdit, setValue } from '../line-edit.ts'
import { onKey, onLine, type Rule } from '../rule.ts'

export const deviceRules: Rule[] = [
  {
    code: 'device-missing',
    severity: 'error',
    message: 'the partition has no Dev',
    fix: 'Set Dev, such as /dev/disk0p1 or /dev/sda1.',
    explanation:
      'The client does not know which partition is meant and skips or breaks off partitioning.',
    *check({ partitions }) {
      for (const one of partitions) if (one.dev === '') yield { at: onKey(one, 'dev') }
    },
  },
  {
    code: 'device-name',
    severity: 'error',
    message: 'Dev "{dev}" is no partition',
    fix: 'Write a device with its number, such as /dev/disk0p1, /dev/sda1 or /dev/nvme0n1p1.',
    explanation:
      'The client splits Dev into disk and number and makes a file name of it. A whole disk, a path below /dev or a label is none of that.',
    *check({ partitions }) {
      for (const one of partitions) {
        const isFine = /^\/dev\/[A-Za-z0-9]+$/.test(one.dev) && partitionNumber(one.dev) > 0
        if (one.dev !== '' && !isFine) yield { at: onKey(one, 'dev'), values: { dev: one.dev } }
      }
    },
  },
  {
    code: 'device-twice',
    severity: 'error',
    message: 'Dev {dev} is in line {first} too',
    fix: 'Give each partition its own.',
    explanation:
      'The client makes one partition for each section, so that all numbers behind are wrong.',
    *check({ partitions, byDev }) {
      for (const one of partitions) {
        const first = byDev.get(one.dev)
        if (one.dev === '' || !first || first === one) continue
        const values = { dev: one.dev, first: first.lines.get('dev') ?? first.line }
        yield { at: onKey(one, 'dev'), values }
      }
    },
  },
  {
    code: 'too-many-partitions',
    severity: 'error',
    message: '{disk} has more than 9 partitions, which the client creates in the wrong order',
    fix: 'Use at most 9 partitions on a disk.',
    explanation:
      'The client sorts partitions by name before it creates them: p10 comes between p1 and p2, and images land on wrong partitions.',
    *check({ disks }) {
      for (const [disk, partitions] of disks) {
        const tenth = partitions.toSorted((a, b) => a.number - b.number)[9]
        if (tenth) yield { at: onKey(tenth, 'dev'), values: { disk } }
      }
    },
  },
  {
    code: 'partition-numbers',
    severity: 'warning',
    message: '{dev} will be number {number} of its disk',
    fix: 'Number the partitions of a disk 1, 2, 3 …; logical ones from 5.',
    explanation:
      'Partitions are created one after the other and numbered by that. A gap in the numbers of start.conf is not one on the disk.',
    *check({ disks }) {
      for (const partitions of disks.values()) {
        if (partitions.length > 9) continue
        const extended = partitions.findIndex(isExtended)
        for (const [index, one] of partitions.entries()) {
          const isLogical = extended >= 0 && index > extended
          const number = isLogical ? 5 + index - extended - 1 : index + 1
          const written = partitionNumber(one.dev)
          if (written === 0 || written === number) continue
          yield { at: onKey(one, 'dev'), values: { dev: one.dev, number } }
          break
        }
      }
    },
  },
  {
    code: 'device-names-mixed',
    severity: 'warning',
    message: 'some devices have uniform names, others such as {dev} have not',
    fix: 'Use /dev/disk0p1 and so on for all of them.',
    explanation:
      '/dev/disk0 is the first NVMe disk or else the first other one, which need not be /dev/sda: the file may mean two disks where the machine has one.',
    *check(conf) {
      const { partitions, disks } = conf
      const plain = partitions.find((one) => one.dev !== '' && !isUniform(one.dev))
      if (!plain || !partitions.some((one) => isUniform(one.dev))) return
      const named = [...disks.keys()].filter((disk) => !isUniform(disk))
      const isOneDisk = named.length === 1 && disks.size === 2 && disks.has('/dev/disk0')
      const edits = isOneDisk && named[0] ? uniformEdits(conf, [named[0]]) : []
      yield { at: onKey(plain, 'dev'), values: { dev: plain.dev }, edits }
    },
  },
  {
    code: 'device-names-plain',
    severity: 'info',
    message: 'devices have names of one kind of disk, such as {dev}',
    fix: 'Use /dev/disk0p1 and so on, which fit every machine.',
    explanation:
      'LINBO links /dev/disk0 to the first NVMe disk or else the first SATA disk, USB last. A start.conf with these names works on machines with different disks.',
    *check(conf) {
      const { partitions, disks } = conf
      const first = partitions.find((one) => one.dev !== '')
      if (!first || partitions.some((one) => isUniform(one.dev))) return
      const names = [...disks.keys()].toSorted()
      const isOneKind = new Set(names.map((disk) => disk.slice(0, 7))).size === 1
      const isClean = partitions.every((one) => partitionNumber(one.dev) > 0)
      const edits = isOneKind && isClean ? uniformEdits(conf, names) : []
      yield { at: onLine(first.keys.get('dev')), values: { dev: first.dev }, edits }
    },
  },
]

/** Names these disks disk0, disk1 … wherever the file has one of their partitions. */
function uniformEdits(conf: CheckedConf, disks: readonly string[]): LineEdit[] {
  const names = new Map<string, string>()
  for (const [index, disk] of disks.entries())
    for (const one of conf.disks.get(disk) ?? [])
      names.set(one.dev, partitionDev(`/dev/disk${index}`, partitionNumber(one.dev)))
  if (new Set([...names.values(), ...conf.byDev.keys()]).size < names.size + conf.byDev.size)
    return []
  const edits: LineEdit[] = []
  for (const { keys, name } of conf.sections) {
    for (const line of keys) {
      const isDevice = line.key === deviceKeys[name ?? 'none']
      const renamed = isDevice ? names.get(line.value) : undefined
      if (renamed) edits.push(setValue(line, renamed))
    }
  }
  return edits
}

/** The key of each section that names a partition. */
const deviceKeys: Record<string, string> = { linbo: 'cache', partition: 'dev', os: 'root' }
