import { expect, it } from 'vitest'
import { LossMemory } from './loss.ts'

it('grants any window to a client it does not know, and to one without losses', () => {
  const memory = new LossMemory()
  expect(memory.longestWindow(1)).toBe(Number.POSITIVE_INFINITY)
  memory.learn(1, 10_000, 0)
  expect(memory.longestWindow(1)).toBe(Number.POSITIVE_INFINITY)
})

it('keeps the window within the way between two losses, and forgets with time', () => {
  const memory = new LossMemory()
  memory.learn(1, 1000, 100)
  expect(memory.longestWindow(1)).toBe(10)
  memory.learn(1, 10, 10)
  const worse = memory.longestWindow(1)
  expect(worse).toBeLessThan(10)
  for (let i = 0; i < 5; i++) memory.learn(1, 10_000, 0)
  expect(memory.longestWindow(1)).toBeGreaterThan(64)
})

it('goes down to lock-step, not below', () => {
  const memory = new LossMemory()
  memory.learn(1, 100, 500)
  expect(memory.longestWindow(1)).toBe(1)
})

it('draws no conclusion from a few blocks', () => {
  const memory = new LossMemory()
  memory.learn(1, 5, 2)
  expect(memory.longestWindow(1)).toBe(Number.POSITIVE_INFINITY)
})

it('remembers a bounded number of clients', () => {
  const memory = new LossMemory()
  for (let client = 0; client <= 10_000; client++) memory.learn(client, 100, 50)
  expect(memory.longestWindow(0)).toBe(Number.POSITIVE_INFINITY)
  expect(memory.longestWindow(10_000)).toBe(2)
})
