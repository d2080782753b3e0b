import { expect, it } from 'vitest'
import { allowedFailures, createSignInLimit, windowMs } from './sign-in-limit.ts'

it('makes an address wait after too many failures, and no other', () => {
  const limit = createSignInLimit()
  for (let n = 0; n < allowedFailures; n++) {
    expect(limit.waitSeconds('10.0.0.1', n)).toBe(0)
    limit.failed('10.0.0.1', n)
  }
  expect(limit.waitSeconds('10.0.0.1', 1000)).toBe(Math.ceil((windowMs - 1000) / 1000))
  expect(limit.waitSeconds('10.0.0.2', 1000)).toBe(0)
})

it('forgets failures after a while, or with a success', () => {
  const limit = createSignInLimit()
  for (let n = 0; n < allowedFailures; n++) limit.failed('10.0.0.1', 0)
  expect(limit.waitSeconds('10.0.0.1', windowMs)).toBe(0)
  for (let n = 0; n < allowedFailures; n++) limit.failed('10.0.0.1', 0)
  limit.succeeded('10.0.0.1')
  expect(limit.waitSeconds('10.0.0.1', 0)).toBe(0)
})

it('does not grow without bounds', () => {
  const limit = createSignInLimit()
  for (let n = 0; n < allowedFailures; n++) limit.failed('first', 0)
  for (let n = 0; n < 20_000; n++) limit.failed(`address ${n}`, 1)
  expect(limit.waitSeconds('first', 2)).toBe(0)
})
