import assert from 'node:assert/strict'
import { rm, truncate, utimes } from 'node:fs/promises'
import { delivers, isError, sameBytes } from '../assert.ts'
import type { Bench, Check } from '../check.ts'
import { type FetchOptions, fetch, Refused } from '../fetch.ts'
import { noise } from '../tree.ts'

const length = 1_500_000
const large: [string, string][] = [['blksize', '1468']]

/** A file with bytes of its own. */
async function create(bench: Bench, label: string) {
  const name = bench.tree.fresh(label)
  const old = noise(length, name)
  const path = await bench.tree.write(name, old)
  const other = noise(length, `${name} later`)
  return { name, path, old, other }
}

/**
 * Reads a file and changes it at block 200 of 1022. The client may get the old content whole, or an ERROR: never a
 * mixture, and never less than it was told.
 */
async function whole(
  bench: Bench,
  name: string,
  old: Buffer,
  change: () => Promise<unknown>,
  windowsize = '1',
): Promise<void> {
  const options: FetchOptions = {
    options: [...large, ['windowsize', windowsize]],
    async beforeAck(block) {
      if (block === 200) await change()
      return false
    },
  }
  try {
    sameBytes((await fetch(bench.server, name, options)).data, old)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
  }
}

/** A change before the next request, which must see it, though the old bytes may still be in memory. */
function fresh(
  name: string,
  change: (file: Awaited<ReturnType<typeof create>>, bench: Bench) => Promise<unknown>,
): Check {
  return {
    name,
    async run(bench: Bench) {
      const file = await create(bench, 'fresh')
      await delivers(bench, file.name, { options: large })
      await change(file, bench)
      await delivers(bench, file.name, { options: [...large, ['tsize', '0']] })
    },
  }
}

/** A change while somebody reads, with and without a window. */
function during(
  name: string,
  change: (file: Awaited<ReturnType<typeof create>>, bench: Bench) => Promise<unknown>,
): Check[] {
  return ['1', '8'].map((windowsize) => ({
    name: `${name}, ${windowsize === '1' ? 'in lock-step' : 'with a window'}`,
    async run(bench: Bench) {
      const file = await create(bench, 'during')
      await whole(bench, file.name, file.old, () => change(file, bench), windowsize)
    },
  }))
}

export const changes: Check[] = [
  fresh('serves the new content of a file that was replaced', ({ name, other }, { tree }) =>
    tree.replace(name, other),
  ),
  fresh('serves the new content of a file that was overwritten', ({ name, other }, { tree }) =>
    tree.write(name, other),
  ),
  {
    name: 'serves the new content of a file whose length and time are the old ones',
    async run(bench) {
      const { name, path, old, other } = await create(bench, 'same-time')
      const longAgo = 1_000_000_000
      for (const [index, content] of [old, other, old, other].entries()) {
        // In place, and as a new file that may be given the number of the one before.
        if (index === 2) await rm(path)
        await bench.tree.write(name, content)
        await utimes(path, longAgo, longAgo)
        await delivers(bench, name, { options: large })
      }
    },
  },
  fresh('serves what is left of a file that was cut', ({ name, old }, { tree }) =>
    tree.write(name, old.subarray(0, 100_000)),
  ),
  fresh('serves all of a file that has grown', ({ name, old, other }, { tree }) =>
    tree.write(name, Buffer.concat([old, other])),
  ),
  ...during('never mixes two contents when a file is replaced', ({ name, other }, { tree }) =>
    tree.replace(name, other),
  ),
  ...during('never mixes two contents when a file is overwritten', ({ name, other }, { tree }) =>
    tree.write(name, other),
  ),
  ...during('never delivers half of a file that is cut', ({ path }) => truncate(path, 300_000)),
  ...during('never delivers half of a file that is emptied', ({ path }) => truncate(path, 0)),
  ...during('delivers what it promised of a file that grows', ({ name, old }, { tree }) =>
    tree.write(name, Buffer.concat([old, old])),
  ),
  ...during('delivers a file that is deleted, or says so', ({ path }) => rm(path)),
  {
    name: 'serves old and new content side by side',
    async run(bench) {
      const { name, old, other } = await create(bench, 'both')
      let second: Promise<unknown> | undefined
      const first = await fetch(bench.server, name, {
        options: large,
        async beforeAck(block) {
          if (block === 300) await bench.tree.replace(name, other)
          if (block === 300) second = delivers(bench, name, { options: large })
          return false
        },
      })
      sameBytes(first.data, old)
      await second
    },
  },
  {
    name: 'forgets that a file was missing',
    async run(bench) {
      const name = bench.tree.fresh('later')
      const peer = await bench.peer()
      isError(await peer.ask(name), 1)
      await bench.tree.write(name, Buffer.from('now'))
      await delivers(bench, name)
      await rm(`${bench.tree.root}/${name}`)
      const gone = await bench.peer()
      isError(await gone.ask(name), 1)
    },
  },
  {
    name: 'serves many versions of one file, each to whoever asked for it',
    async run(bench) {
      const name = bench.tree.fresh('versions')
      for (let version = 0; version < 30; version++) {
        await bench.tree.replace(name, noise(2000, `${version}`))
        await delivers(bench, name)
      }
      assert.equal(bench.tree.content(name).length, 2000)
    },
  },
]
