import { expect, it } from 'vitest'
import { groupCommit } from './group-commit.ts'

it('writes together what came while the last batch was written', async () => {
  const batches: number[][] = []
  const writes: (() => void)[] = []
  const commit = groupCommit(
    async (batch: number[]) => {
      batches.push(batch)
      await new Promise<void>((done) => writes.push(done))
      return batch.map((one) => one * 2)
    },
    3,
    async () => {},
  )
  const answers = [commit.add(1)]
  await expect.poll(() => writes.length).toBe(1)
  for (const one of [2, 3, 4, 5]) answers.push(commit.add(one))
  for (const at of [0, 1, 2]) {
    await expect.poll(() => writes.length).toBe(at + 1)
    writes[at]?.()
  }
  expect(await Promise.all(answers)).toEqual([2, 4, 6, 8, 10])
  expect(batches).toEqual([[1], [2, 3, 4], [5]])
  await commit.idle()
})

it('tells everybody of a batch that it failed, and goes on', async () => {
  let isBroken = true
  const commit = groupCommit(
    async (batch: number[]) => {
      if (isBroken) throw new Error('disk full')
      return batch
    },
    10,
    async () => {},
  )
  const both = await Promise.allSettled([commit.add(1), commit.add(2)])
  expect(both.map((one) => one.status)).toEqual(['rejected', 'rejected'])
  isBroken = false
  expect(await commit.add(3)).toBe(3)
})
