import { describe, expect, it } from 'vitest'
import { proposeHost } from './host-proposal.ts'

const host = (hostname: string, room: string, ip: string | null = null, group = 'lab') => ({
  ...{ hostname, room, ip, group },
  created_at: new Date(Date.UTC(2026, 10, 21, 8, 0, hostname.length)),
})

describe('what a new machine could be called', () => {
  it('is the next number of the room, with as many digits, and the next free address', () => {
    const hosts = [
      host('r204-pc07', 'r204', '10.16.4.7'),
      host('r204-pc08', 'r204', '10.16.4.9'),
      host('r204-teacher', 'r204', '10.16.4.1', 'staff'),
      host('elsewhere', 'r1', '10.16.4.10'),
    ]
    expect(proposeHost(hosts, [], { room: 'r204' })).toEqual({
      ...{ hostname: 'r204-pc09', room: 'r204', group: 'lab', ip: '10.16.4.11' },
    })
  })

  it('leaves out what waits to be approved', () => {
    const waiting = [{ hostname: 'pc10', room: 'r1', group: 'lab', ip: '10.0.0.10' }]
    const hosts = [host('pc09', 'r1', '10.0.0.9')]
    expect(proposeHost(hosts, waiting, { room: 'r1' })).toMatchObject({
      hostname: 'pc11',
      ip: '10.0.0.11',
    })
  })

  it('has no address where hosts have none, or none is left', () => {
    expect(proposeHost([host('pc1', 'r1')], [], { room: 'r1' })).toMatchObject({
      hostname: 'pc02',
      ip: null,
    })
    expect(proposeHost([host('pc1', 'r1', '10.0.0.254')], [], {})).toMatchObject({ ip: null })
  })

  it('begins anew in a room without hosts, in the group of the newest one', () => {
    expect(proposeHost([host('pc1', 'r1', '10.0.0.1')], [], { room: 'R2' })).toEqual({
      ...{ hostname: 'r2-pc01', room: 'R2', group: 'lab', ip: null },
    })
  })

  it('is nothing when nothing is known', () => {
    expect(proposeHost([], [], {})).toBeUndefined()
    expect(proposeHost([], [], { room: 'r1' })).toBeUndefined()
    expect(proposeHost([], [], { room: 'r1', group: 'lab' })).toMatchObject({
      hostname: 'r1-pc01',
    })
  })
})
