import { parsePartitionSize, printPartitionSize } from '../../partition-size.ts'
import { isExtended } from '../device.ts'
import { layOut } from '../layout.ts'
import { setValue } from '../line-edit.ts'
import { type Finding, onKey, onValue, type Rule } from '../rule.ts'
import type { PartitionSection } from '../start-conf.ts'

export const sizeRules: Rule[] = [
  {
    code: 'size-unreadable',
    severity: 'error',
    message: 'Size "{size}" is {why}',
    fix: 'Write a whole number with M, G or T.',
    explanation: 'Partitioning fails, after the old partition table is gone.',
    *check({ partitions }) {
      for (const one of partitions) {
        const size = one.raw.get('size') ?? ''
        const { error } = parsePartitionSize(size)
        if (error) yield { at: onKey(one, 'size'), values: { size, why: error } }
      }
    },
  },
  {
    code: 'size-fraction',
    severity: 'warning',
    message: 'Size: the client cuts the fraction of "{size}" off',
    fix: 'Write a whole number, such as {meant}.',
    explanation:
      '1.5G becomes 1 GiB: the client takes the digits before the point and the first letter of the unit.',
    *check({ partitions }) {
      for (const { line, size, trap } of traps(partitions, 'fraction')) {
        const meant = printPartitionSize(trap?.meantBytes ?? 0)
        yield { at: onValue(line), values: { size, meant }, edits: [setValue(line, meant)] }
      }
    },
  },
  {
    code: 'size-no-unit',
    severity: 'warning',
    message: 'Size: "{size}" has no unit and is taken as KiB',
    fix: 'Write {same}, or the unit that is meant.',
    explanation: 'A number alone is KiB: 50 is not 50 GiB but next to nothing.',
    check: ({ partitions }) => spelledOut(traps(partitions, 'no-unit')),
  },
  {
    code: 'size-odd',
    severity: 'info',
    message: 'Size: the client makes {same} of "{size}"',
    fix: 'Write {same}.',
    explanation: 'Sizes are rounded down to an even number of MiB.',
    check: ({ partitions }) => spelledOut(traps(partitions, 'odd')),
  },
  {
    code: 'rest-not-last',
    severity: 'error',
    message: '{dev} takes the rest of {disk}, and more partitions follow',
    fix: 'Give it a Size, or make it the last one.',
    explanation:
      'A partition without Size takes the whole rest of the disk; those behind it cannot be made.',
    *check({ disks }) {
      for (const [disk, partitions] of disks)
        for (const one of partitions.slice(0, -1))
          if (isRest(one) && !isExtended(one))
            yield { at: onKey(one, 'size'), values: { dev: one.dev, disk } }
    },
  },
  {
    code: 'disk-too-small',
    severity: 'error',
    message: '{disk} needs {need} GiB, the disk has {size} GiB',
    fix: 'Make partitions smaller.',
    explanation:
      'Partitioning fails at the first partition that does not fit, after the old table is gone.',
    *check({ disks, options }) {
      const { diskBytes } = options
      const first = [...disks.keys()].toSorted()[0]
      if (diskBytes === undefined || first === undefined) return
      const layout = layOut(disks.get(first) ?? [], { diskBytes })
      if (layout.fits !== false) return
      const beyond = layout.partitions.findIndex((one) => !one.fits)
      const at = onKey(
        disks.get(first)?.[beyond] ?? { heading: undefined, keys: new Map() },
        'size',
      )
      const values = { disk: first, need: gib(layout.neededBytes), size: gib(diskBytes) }
      yield { at, values }
    },
  },
]

function isRest(one: PartitionSection): boolean {
  return (one.raw.get('size') ?? '') === ''
}

function* traps(partitions: readonly PartitionSection[], kind: string) {
  for (const one of partitions) {
    const line = one.keys.get('size')
    const { trap, sizeBytes } = parsePartitionSize(line?.value ?? '')
    if (line && trap?.kind === kind) yield { line, size: line.value, trap, bytes: sizeBytes ?? 0 }
  }
}

/** Writes down what the client makes of these sizes anyway. */
function* spelledOut(found: ReturnType<typeof traps>): Generator<Finding> {
  for (const { line, size, bytes } of found) {
    const same = printPartitionSize(bytes)
    yield {
      at: onValue(line),
      values: { size, same },
      edits: [setValue(line, same)],
      isSafe: true,
    }
  }
}

function gib(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1)
}
