import { describe, expect, it } from 'vitest'
import type { Host } from '../resources.ts'
import { chooseHosts } from './hosts.ts'
import { parseRemoteOptions } from './options.ts'

const host = (hostname: string, more: Partial<Host> = {}) =>
  ({
    hostname,
    ip: null,
    pxe: 1,
    group: 'lab',
    room: 'r101',
    school: 'default-school',
    ...more,
  }) as Host

const all = [
  host('pc1', { ip: '10.0.0.1' }),
  host('pc2', { ip: '10.0.0.2', pxe: 2, room: 'r102' }),
  host('printer', { pxe: 0 }),
  host('laptop', { group: 'mobile', pxe: 3 }),
  host('north-pc1', { school: 'north', ip: '10.1.0.1' }),
]
const choose = (line: string) => chooseHosts(parseRemoteOptions(`${line} -w 0`.split(' ')), all)

describe('chooseHosts', () => {
  it('finds hosts by name, in any case, and by address', () => {
    expect(choose('-i PC1,10.0.0.2')).toEqual({ hosts: ['pc1', 'pc2'], problems: [] })
  })

  it('takes a host that is named twice once', () => {
    expect(choose('-i pc1,10.0.0.1,pc1').hosts).toEqual(['pc1'])
  })

  it('takes PXE flags 1 and 2 only', () => {
    expect(choose('-i pc1,printer,laptop')).toEqual({
      hosts: ['pc1'],
      problems: ['Skipping printer, not a pxe host!', 'Skipping laptop, not a pxe host!'],
    })
    expect(choose('-g lab').hosts).toEqual(['pc1', 'pc2', 'north-pc1'])
    expect(choose('-g mobile').hosts).toEqual([])
  })

  it('says who is not there, and goes on with the others', () => {
    expect(choose('-i nobody,pc2')).toEqual({
      hosts: ['pc2'],
      problems: ['Host nobody not found!'],
    })
  })

  it('finds a room', () => {
    expect(choose('-r r102').hosts).toEqual(['pc2'])
  })

  it('adds the prefix of the school, and stays in it', () => {
    expect(choose('-s north -i pc1').hosts).toEqual(['north-pc1'])
    expect(choose('-s north -i north-pc1').hosts).toEqual(['north-pc1'])
    expect(choose('-s north -i pc2').problems).toEqual(['Host pc2 not found!'])
    expect(choose('-s north -r r101').hosts).toEqual(['north-pc1'])
  })
})
