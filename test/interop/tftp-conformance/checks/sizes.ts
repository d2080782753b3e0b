import assert from 'node:assert/strict'
import { delivers } from '../assert.ts'
import type { Bench, Check } from '../check.ts'
import { lengths, rolling } from '../tree.ts'

function reads(what: string, files: number[], options: [string, string][]): Check {
  return {
    name: `delivers ${what}`,
    async run(bench: Bench) {
      const blksize = Number(options.find(([name]) => name === 'blksize')?.[1] ?? 512)
      for (const length of files) {
        const { blocks } = await delivers(bench, `sizes/${length}`, { options })
        assert.equal(blocks, Math.floor(length / blksize) + 1, `blocks of ${length} bytes`)
      }
    },
  }
}

const small = lengths.filter((length) => length <= 1025)
const window: [string, string] = ['windowsize', '64']
const tiny: [string, string] = ['blksize', '8']

export const sizes: Check[] = [
  reads('every length around a border without options', lengths, []),
  reads('every length around a border in blocks of 8', small, [tiny]),
  reads('every length around a border in blocks of 8 with a window', lengths, [tiny, window]),
  reads('every length around a border in blocks of 512', lengths, [['blksize', '512']]),
  reads('every length around a border in blocks of 1468', lengths, [['blksize', '1468']]),
  reads('every length around a border in blocks of 65464', lengths, [['blksize', '65464']]),
  reads('every length with blocks of 1468 and a window', lengths, [['blksize', '1468'], window]),
  reads('every length with blocks of 65464 and a window', lengths, [['blksize', '65464'], window]),
  ...rolling.map((length) =>
    reads(
      `${length} bytes in blocks of 8 with a window, whose numbers roll over`,
      [length],
      [tiny, window],
    ),
  ),
  reads('a file in lock-step whose block numbers roll over', [rolling.at(-1)!], [tiny]),
  reads(
    'a file whose window lies across the rollover',
    [rolling.at(-1)!],
    [tiny, ['windowsize', '7']],
  ),
]
