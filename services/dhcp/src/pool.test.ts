import { expect, it } from 'vitest'
import { parseAddress, printAddress } from './address.ts'
import { Pool } from './pool.ts'
import { planSubnets } from './subnet.ts'

const [lan] = planSubnets(
  {
    LINBO_DHCP_INTERFACE: ['lan'],
    LINBO_DHCP_POOL: ['10.0.0.1-10.0.0.3', '10.0.0.9-10.0.0.10'],
    LINBO_DHCP_ROUTER: '10.0.0.2',
    LINBO_DHCP_SUBNETS: '',
  },
  [{ interface: 'lan', address: '10.0.0.250', cidr: '10.0.0.250/24' }],
)
const number = (last: number) => parseAddress(`10.0.0.${last}`)!
const next = (pool: Pool, now: number) => pool.next(now, 9).map(printAddress)

it('gives fresh addresses first, then those free for the longest time, none that is reserved', () => {
  const pool = new Pool(lan!)
  expect(next(pool, 0)).toEqual(['10.0.0.1', '10.0.0.3', '10.0.0.9', '10.0.0.10'])
  pool.take(number(1), 50)
  pool.take(number(3), 40)
  pool.reserve([number(9)])
  expect(next(pool, 10)).toEqual(['10.0.0.10'])
  pool.take(number(10), 60)
  expect(next(pool, 10)).toEqual([])
  expect(next(pool, 50)).toEqual(['10.0.0.3', '10.0.0.1'])
  pool.reserve([])
  pool.take(number(1), 90)
  pool.take(number(3), 90)
  expect(next(pool, 55)).toEqual(['10.0.0.9'])
})

it('finds an address that was given back while all were taken', () => {
  const pool = new Pool(lan!)
  for (const last of [1, 3, 9, 10]) pool.take(number(last), 1000)
  expect(next(pool, 1)).toEqual([])
  pool.take(number(9), 2)
  expect(next(pool, 3)).toEqual(['10.0.0.9'])
})
