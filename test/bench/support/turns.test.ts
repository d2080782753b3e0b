import { expect, test } from 'vitest'
import { inTurns, median, type Result, ratioTo, table } from './turns.ts'

const result: Result = {
  case: 'reading',
  unit: 'MB/s',
  samples: { ours: [100, 50, 120], other: [50, 50, 40], cannot: [] },
}

test('everybody is measured once a round, and the first of a round changes', async () => {
  const order: string[] = []
  const contender = (name: string) => ({
    name,
    measure: async () => {
      order.push(name)
      return 1
    },
  })
  await inTurns({ name: '', unit: '', contenders: ['a', 'b', 'c'].map(contender) }, 3)
  expect(order.join('')).toBe('abcbcacab')
})

test('who cannot do it is asked once', async () => {
  let asked = 0
  const measure = async () => {
    asked++
    return undefined
  }
  const contenders = [
    { name: 'ours', measure: async () => 5 },
    { name: 'cannot', measure },
  ]
  const { samples } = await inTurns({ name: '', unit: '', contenders }, 3)
  expect(asked).toBe(1)
  expect(samples).toEqual({ ours: [5, 5, 5], cannot: [] })
})

test('the ratio is the median of the rounds, not the ratio of the medians', () => {
  expect(ratioTo(result, 'other')).toBe(2)
  expect(ratioTo(result, 'cannot')).toBeUndefined()
})

test('the median of an even number lies between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
})

test('the table shows medians, each ratio, and ours to the best', () => {
  expect(table([result]).split('\n')).toEqual([
    '| case           | ours | other        | cannot | ours to the best |',
    '|----------------|------|--------------|--------|------------------|',
    '| reading (MB/s) | 100  | 50.0 (×2.00) | n/a    | 2.00             |',
  ])
})
