import { expect, it } from 'vitest'
import { keepNewest } from './keep-newest.ts'

it('forgets what was changed longest ago', () => {
  const map = new Map<string, number>()
  for (const [at, key] of ['a', 'b', 'c', 'a', 'd'].entries()) keepNewest(map, key, at, 3)
  expect([...map]).toEqual([
    ['c', 2],
    ['a', 3],
    ['d', 4],
  ])
})
