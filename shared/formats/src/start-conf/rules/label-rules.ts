import { partitionType } from '../device.ts'
import { assignment, insertAfter, setValue } from '../line-edit.ts'
import { onKey, type Rule } from '../rule.ts'
import { lastLine } from '../section.ts'
import type { PartitionSection } from '../start-conf.ts'

export const labelRules: Rule[] = [
  {
    code: 'label-twice',
    severity: 'warning',
    message: 'Label "{label}" is in line {first} too, and LINBO finds partitions by label',
    fix: 'Give each partition its own label{hint}.',
    explanation:
      'When disks change their names LINBO and GRUB look for labels: with two of a name they take the wrong partition.',
    *check({ partitions }) {
      const firstOf = new Map<string, PartitionSection>()
      const taken = new Set(partitions.map((one) => one.label))
      for (const one of partitions) {
        const first = firstOf.get(one.label)
        if (one.label === '') continue
        if (!first) {
          firstOf.set(one.label, one)
          continue
        }
        const free = freeLabel(one.label, taken, longest(one))
        const line = one.keys.get('label')
        const values = {
          label: one.label,
          first: first.lines.get('label') ?? first.line,
          hint: `, such as ${free}`,
        }
        yield { at: onKey(one, 'label'), values, edits: line ? [setValue(line, free)] : [] }
      }
    },
  },
  {
    code: 'label-missing',
    severity: 'warning',
    message: '{dev} has no Label',
    fix: 'Add the line Label = {label}.',
    explanation:
      "LINBO finds partitions by label when disks change their names. linuxmuster's importer counts labels: one that is missing shifts all the others.",
    *check({ partitions, cache, byRoot }) {
      const taken = new Set(partitions.map((one) => one.label))
      for (const one of partitions) {
        const isExtended = partitionType(one.id) === 'extended'
        if (one.label !== '' || (isExtended && one.keys.has('label'))) continue
        const wanted = proposed(one, one === cache, byRoot.has(one.dev))
        const label = isExtended ? '' : freeLabel(wanted, taken, longest(one))
        taken.add(label)
        const line = one.keys.get('label')
        const below = one.keys.get('dev') ?? lastLine(one)
        const edits = line
          ? [setValue(line, label)]
          : below
            ? [insertAfter(below, [assignment('Label', label)])]
            : []
        yield { at: onKey(one, 'label'), values: { dev: one.dev || '[Partition]', label }, edits }
      }
    },
  },
  {
    code: 'label-long',
    severity: 'warning',
    message: 'Label "{label}" is too long for {fstype}: {most} characters',
    fix: 'Shorten it.',
    explanation:
      'The label is cut or refused when the partition is formatted, and the partition is then not found by it.',
    *check({ partitions }) {
      const taken = new Set(partitions.map((one) => one.label))
      for (const one of partitions) {
        const most = longest(one)
        const line = one.keys.get('label')
        if (!line || one.label.length <= most) continue
        const cut = freeLabel(one.label.slice(0, most).replace(/[^A-Za-z0-9]+$/, ''), taken, most)
        const values = { label: one.label, fstype: one.fsType || 'a partition', most }
        yield { at: onKey(one, 'label'), values, edits: [setValue(line, cut)] }
      }
    },
  },
  {
    code: 'label-characters',
    severity: 'warning',
    message: 'Label "{label}" has other characters than letters, digits, _ and -',
    fix: 'Use letters, digits, _ and - only.',
    explanation:
      'The label becomes part of root=LABEL=… on the command line of the kernel and of the search in GRUB, which end at a blank.',
    *check({ partitions }) {
      const taken = new Set(partitions.map((one) => one.label))
      for (const one of partitions) {
        const line = one.keys.get('label')
        if (!line || /^[A-Za-z0-9_.-]*$/.test(one.label)) continue
        const plain = one.label.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^-+|-+$/g, '')
        const free = freeLabel(plain || 'part', taken, longest(one))
        yield {
          at: onKey(one, 'label'),
          values: { label: one.label },
          edits: [setValue(line, free)],
        }
      }
    },
  },
]

/** How long a label the file system takes; the GPT name is longer than any. */
function longest({ fsType }: PartitionSection): number {
  if (/fat/i.test(fsType)) return 11
  if (/^ext/i.test(fsType)) return 16
  if (/^(?:swap|reiserfs)$/i.test(fsType)) return 15
  return 32
}

function proposed(one: PartitionSection, isCache: boolean, isRoot: boolean): string {
  if (isCache) return 'cache'
  const type = partitionType(one.id)
  if (type === 'efi' || type === 'msr' || type === 'swap') return type
  if (/^ntfs$/i.test(one.fsType)) return isRoot ? 'windows' : 'data'
  return isRoot ? 'linux' : 'data'
}

function freeLabel(wanted: string, taken: ReadonlySet<string>, most: number): string {
  let label = wanted.slice(0, most)
  for (let number = 2; taken.has(label); number++)
    label = wanted.slice(0, most - String(number).length) + number
  return label
}
