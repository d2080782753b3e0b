import { expect, it } from 'vitest'
import { createAllowance } from './allowance.ts'

it('allows a burst, then so many a second', () => {
  let now = 0
  const may = createAllowance({ burst: 3, perSecond: 2 }, () => now)
  const many = () => Array.from({ length: 10 }, may).filter(Boolean).length
  expect(many()).toBe(3)
  now += 1000
  expect(many()).toBe(2)
  now += 60_000
  expect(many()).toBe(3)
})
