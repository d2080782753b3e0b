import { describe, expect, it } from 'vitest'
import { parseNetwork, parseRange, printNetwork, printRange } from './address.ts'
import {
  locate,
  parseSubnets,
  planSubnets,
  type SubnetEntry,
  type SubnetSettings,
  subnetOf,
} from './subnet.ts'

const machine = [
  { interface: 'lo', address: '127.0.0.1', cidr: '127.0.0.1/8' },
  { interface: 'lan', address: '10.0.0.1', cidr: '10.0.0.1/24' },
  { interface: 'lan', address: '10.5.0.1', cidr: '10.5.0.1/16' },
  { interface: 'lab', address: '10.1.0.1', cidr: '10.1.0.1/24' },
]
const plan = (over: Partial<SubnetSettings>, fromFile?: SubnetEntry[]) =>
  planSubnets(
    {
      LINBO_DHCP_INTERFACE: ['lan'],
      LINBO_DHCP_POOL: [],
      LINBO_DHCP_ROUTER: undefined,
      LINBO_DHCP_SUBNETS: '',
      ...over,
    },
    machine,
    fromFile,
  )
const relayed =
  '10.16.0.0/16 router=10.16.255.254 pool=10.16.1.1-10.16.1.9,10.16.2.7 dns=9.9.9.9; 10.0.0.0/24 router=10.0.0.254'

describe('planSubnets', () => {
  it('derives the networks of the interfaces and adds the relayed ones', () => {
    const subnets = plan({ LINBO_DHCP_SUBNETS: relayed, LINBO_DHCP_POOL: ['10.5.1.1-10.5.1.9'] })
    expect(
      subnets.map(({ name, ownAddress, router, dns, pools }) => [
        name,
        ownAddress,
        router,
        dns,
        pools.map(printRange),
      ]),
    ).toEqual([
      ['10.0.0.0/24', '10.0.0.1', '10.0.0.254', undefined, []],
      ['10.5.0.0/16', '10.5.0.1', undefined, undefined, ['10.5.1.1-10.5.1.9']],
      [
        '10.16.0.0/16',
        undefined,
        '10.16.255.254',
        ['9.9.9.9'],
        ['10.16.1.1-10.16.1.9', '10.16.2.7-10.16.2.7'],
      ],
    ])
  })

  it('follows subnets.csv, which LINBO_DHCP_SUBNETS can overrule', () => {
    const file = parseSubnets(
      '10.0.0.0/24 router=10.0.0.9 next-server=10.0.0.8; 10.16.0.0/16 router=10.16.0.1; 10.17.0.0/16 router=10.17.0.1',
    )
    const subnets = plan({ LINBO_DHCP_SUBNETS: relayed }, file)
    expect(
      subnets.map(({ name, router, pools, nextServer }) => [
        name,
        router,
        pools.length,
        nextServer,
      ]),
    ).toEqual([
      ['10.0.0.0/24', '10.0.0.254', 0, undefined],
      ['10.5.0.0/16', undefined, 0, undefined],
      ['10.16.0.0/16', '10.16.255.254', 2, undefined],
      ['10.17.0.0/16', '10.17.0.1', 0, undefined],
    ])
    expect(plan({}, file).map(({ pools }) => pools.length)).toEqual([0, 0, 0, 0])
    expect(plan({}, file)[0]).toMatchObject({ nextServer: '10.0.0.8', router: '10.0.0.9' })
  })

  it('takes the last quarter of a network for the pool when there is none, 256 addresses at most', () => {
    const pools = (over: Partial<SubnetSettings>) =>
      plan(over).map((one) => one.pools.map(printRange))
    expect(pools({})).toEqual([['10.0.0.192-10.0.0.254'], ['10.5.254.255-10.5.255.254']])
    expect(pools({ LINBO_DHCP_POOL: ['10.0.0.9-10.0.0.9'] })).toEqual([['10.0.0.9-10.0.0.9'], []])
  })

  it.each([
    ['no interface', { LINBO_DHCP_INTERFACE: [] }, 'DHCP_INTERFACE', 'lan (10.0.0.1/24)'],
    [
      'an interface that is not there',
      { LINBO_DHCP_INTERFACE: ['eth9'] },
      'DHCP_INTERFACE',
      'lab (10.1.0.1/24)',
    ],
    [
      'a pool elsewhere',
      { LINBO_DHCP_POOL: ['10.9.0.1-10.9.0.9'] },
      'DHCP_POOL',
      '10.0.0.0/24, 10.5.0.0/16',
    ],
    [
      'a pool that leaves its network',
      { LINBO_DHCP_POOL: ['10.0.0.9-10.0.1.9'] },
      'DHCP_POOL',
      '10.0.0.0/24',
    ],
    [
      'pools that overlap',
      { LINBO_DHCP_POOL: ['10.0.0.9', '10.0.0.1-10.0.0.9'] },
      'DHCP_POOL',
      'one pool',
    ],
    ['a router elsewhere', { LINBO_DHCP_ROUTER: '10.9.0.1' }, 'DHCP_ROUTER', 'own network'],
  ])('refuses %s and says what would do', (_name, settings, code, fix) => {
    expect(() => plan(settings)).toThrow(
      expect.objectContaining({ code, fix: expect.stringContaining(fix) }),
    )
  })
})

describe('parseSubnets', () => {
  it.each([
    ['10.16.0.0', 'no network'],
    ['10.16.0.0/16 router=10.17.0.1', 'outside'],
    ['10.16.0.0/16 pool=10.17.0.1-10.17.0.2', 'outside'],
    ['10.16.0.0/16 pool=10.16.0.9-10.16.0.2', 'no range'],
    ['10.16.0.0/16 dns=dns.lan', 'no IPv4 address'],
    ['10.16.0.0/16 gateway=10.16.0.1', 'none of router='],
  ])('refuses %s', (text, reason) => {
    expect(() => parseSubnets(text)).toThrow(reason)
  })
})

describe('locate', () => {
  const subnets = plan({ LINBO_DHCP_INTERFACE: ['lan', 'lab'], LINBO_DHCP_SUBNETS: relayed })
  const names = (location?: string, asked?: string, device?: string) =>
    locate(subnets, location, asked, device).map(({ name }) => name)

  it('finds the network of a relay or of an address in use', () => {
    expect(names('10.16.255.254')).toEqual(['10.16.0.0/16'])
    expect(names('10.5.3.4', undefined, 'lab')).toEqual(['10.5.0.0/16'])
    expect(names('192.168.0.1', undefined, 'lan')).toEqual([])
  })

  it('finds the networks of the interface, or the one of them that has the address to keep', () => {
    expect(names(undefined, undefined, 'lan')).toEqual(['10.0.0.0/24', '10.5.0.0/16'])
    expect(names(undefined, undefined, 'lab')).toEqual(['10.1.0.0/24'])
    expect(names(undefined, '10.5.0.9', 'lan')).toEqual(['10.5.0.0/16'])
    expect(names(undefined, '10.5.0.9', 'lab')).toEqual(['10.1.0.0/24'])
    expect(names(undefined, undefined, 'wifi')).toEqual([])
  })

  it('prefers the narrower of two networks', () => {
    const nested = plan({ LINBO_DHCP_SUBNETS: '10.5.7.0/24' })
    expect(subnetOf(nested, '10.5.7.1')?.name).toBe('10.5.7.0/24')
  })
})

describe('addresses', () => {
  it('are read and printed', () => {
    expect(printNetwork(parseNetwork('10.16.3.4/16')!)).toBe('10.16.0.0/16')
    expect(printRange(parseRange('255.0.0.1 - 255.0.0.9')!)).toBe('255.0.0.1-255.0.0.9')
    for (const bad of ['10.0.0.0/31', '10.0.0.0/0', '10.0.0.0', '10.0.0.256/8', '']) {
      expect(parseNetwork(bad)).toBeUndefined()
    }
    for (const bad of ['', '10.0.0.9-10.0.0.1', '10.0.0.1-', '1-2-3']) {
      expect(parseRange(bad)).toBeUndefined()
    }
  })
})
