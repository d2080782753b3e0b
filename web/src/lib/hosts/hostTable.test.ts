import { describe, expect, it } from 'vitest'
import type { Host } from '../resources.ts'
import { emptyFilter, filterHosts, sortHosts } from './hostTable.ts'

const host = (hostname: string, more: Partial<Host> = {}) =>
  ({ hostname, mac: '52:54:00:aa:bb:01', ip: '10.0.0.7', room: 'r1', group: 'g1', ...more }) as Host

const pc2 = host('pc2', { status: 'os', os: 'Windows 11', comment: 'by the window' })
const pc10 = host('pc10', { status: 'booting', ip: null, room: 'r2', comment: '' })
const pc1 = host('pc1', { status: 'off', comment: '' })

describe('the host table', () => {
  it('finds by name, MAC, address, comment and operating system, all words at once', () => {
    const find = (text: string) =>
      filterHosts([pc2, pc10, pc1], { ...emptyFilter(), text }).map((one) => one.hostname)
    expect(find('PC1')).toEqual(['pc10', 'pc1'])
    expect(find('windows pc2')).toEqual(['pc2'])
    expect(find('10.0.0.7 aa:bb')).toEqual(['pc2', 'pc1'])
    expect(find('nothing')).toEqual([])
  })

  it('narrows by room and status', () => {
    expect(filterHosts([pc2, pc10, pc1], { ...emptyFilter(), room: 'r2' })).toEqual([pc10])
    expect(filterHosts([pc2, pc10, pc1], { ...emptyFilter(), status: 'off' })).toEqual([pc1])
  })

  it('sorts by name as people count, and what moves first by status', () => {
    const names = (list: Host[]) => list.map((one) => one.hostname)
    expect(names(sortHosts([pc10, pc2, pc1], 'hostname', false))).toEqual(['pc1', 'pc2', 'pc10'])
    expect(names(sortHosts([pc10, pc2, pc1], 'hostname', true))).toEqual(['pc10', 'pc2', 'pc1'])
    expect(names(sortHosts([pc1, pc2, pc10], 'status', false))).toEqual(['pc10', 'pc2', 'pc1'])
  })
})
