import { describe, expect, it } from 'vitest'
import type { Host, Transfer } from '../resources.ts'
import { backoff } from './socket.ts'
import { countStatuses, groupIntoRooms, totalRate } from './summary.ts'

const host = (hostname: string, room: string, school = 'a', status: Host['status'] = 'off') =>
  ({ hostname, room, school, status }) as Host

describe('the summary', () => {
  it('counts hosts by status', () => {
    const hosts = [host('a', 'r', 'a', 'os'), host('b', 'r', 'a', 'os'), host('c', 'r')]
    expect(countStatuses(hosts)).toEqual({ linbo: 0, booting: 0, os: 2, off: 1, unknown: 0 })
  })

  it('keeps rooms of two schools apart and sorts as people count', () => {
    const rooms = groupIntoRooms([
      host('pc10', 'r10'),
      host('pc2', 'r10'),
      host('pc1', 'r9'),
      host('x1', 'r9', 'b'),
    ])
    expect(rooms.map((room) => [room.school, room.name, room.hosts])).toEqual([
      ['a', 'r9', ['pc1']],
      ['a', 'r10', ['pc2', 'pc10']],
      ['b', 'r9', ['x1']],
    ])
  })

  it('adds up what runs only', () => {
    const running = { result: null, bytesPerSecond: 5 } as Transfer
    expect(totalRate([running, running, { ...running, result: 'ok' }])).toBe(10)
  })
})

describe('the way back after a lost connection', () => {
  it('gets longer, up to a limit, and is spread', () => {
    expect(backoff(0, 0.5)).toBe(500)
    expect(backoff(3, 0.5)).toBeCloseTo(2916)
    expect(backoff(50, 0.5)).toBe(10_000)
    expect(backoff(50, 0)).toBeLessThan(backoff(50, 1))
  })
})
