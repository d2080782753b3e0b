import { parseCommands } from '@linbo/formats'
import { expect, it } from 'vitest'
import { isNews, statusAfterCommands } from './host-status.ts'

const cases: [string, object | undefined][] = [
  ['partition,format,sync:1,start:1', { status: 'os', number: 1 }],
  ['start:2', { status: 'os', number: 2 }],
  ['sync:1,reboot', { status: 'booting' }],
  ['halt', { status: 'off' }],
  ['initcache,sync:1', undefined],
]
for (const [commands, expected] of cases) {
  it(`knows what a host does after ${commands}`, () => {
    expect(statusAfterCommands(parseCommands(commands))).toEqual(expected)
  })
}

it('finds news in another status or another system only', () => {
  const before = { status: 'os', os: 'Windows', at: '', ip: null } as const
  expect(isNews(undefined, before)).toBe(true)
  expect(isNews(before, { ...before, at: 'later', ip: '10.0.0.1' })).toBe(false)
  expect(isNews(before, { ...before, os: 'Ubuntu' })).toBe(true)
  expect(isNews(before, { ...before, status: 'off', os: null })).toBe(true)
})
