import { expect, it } from 'vitest'
import { parseArp } from './arp-table.ts'

it('reads the neighbours that answered', () => {
  const table = `IP address       HW type     Flags       HW address            Mask     Device
10.0.0.7         0x1         0x2         52:54:00:AA:00:07     *        eth0
10.0.0.8         0x1         0x0         00:00:00:00:00:00     *        eth0
`
  expect([...parseArp(table)]).toEqual([['10.0.0.7', '52:54:00:aa:00:07']])
  expect(parseArp('').size).toBe(0)
})
