import { describe, expect, it } from 'vitest'
import { type Book, fixedAddress, poolAddress } from './lease.ts'
import { planSubnets } from './subnet.ts'

const [lan] = planSubnets(
  {
    LINBO_DHCP_INTERFACE: ['lan'],
    LINBO_DHCP_POOL: ['10.0.0.1-10.0.0.4'],
    LINBO_DHCP_ROUTER: '10.0.0.2',
    LINBO_DHCP_SUBNETS: '',
  },
  [{ interface: 'lan', address: '10.0.0.1', cidr: '10.0.0.1/24' }],
)
const now = 1_000_000
const [a, b, c] = ['0a:00:00:00:00:01', '0a:00:00:00:00:02', '0a:00:00:00:00:03'] as const
const live = now + 1000
const ended = now - 1000
const book = (over: Partial<Book> = {}): Book => ({
  leases: [],
  offers: [],
  declined: [],
  fixed: new Set(),
  now,
  ...over,
})
const lease = (mac: string, ip: string, expiresAt: number) => ({ mac, ip, expiresAt })
const got = (mac: string, wanted: string | undefined, taken: Partial<Book>) => {
  const finding = poolAddress(mac, wanted, lan!, book(taken))
  return finding.kind === 'address' ? finding.ip : finding.reason
}

describe('poolAddress', () => {
  it.each([
    ['skips our own address and the router', a, undefined, {}, '10.0.0.3'],
    ['keeps a live lease', a, '10.0.0.3', { leases: [lease(a, '10.0.0.4', live)] }, '10.0.0.4'],
    [
      'gives an ended lease back',
      a,
      undefined,
      { leases: [lease(a, '10.0.0.4', ended)] },
      '10.0.0.4',
    ],
    ['repeats an offer', a, undefined, { offers: [lease(a, '10.0.0.4', live)] }, '10.0.0.4'],
    ['gives the wanted address when it is free', a, '10.0.0.4', {}, '10.0.0.4'],
    ['not the wanted one outside the pool', a, '10.0.0.9', {}, '10.0.0.3'],
    ['not one on lease', a, '10.0.0.3', { leases: [lease(b, '10.0.0.3', live)] }, '10.0.0.4'],
    ['not one on offer', a, '10.0.0.3', { offers: [lease(b, '10.0.0.3', live)] }, '10.0.0.4'],
    ['not one found in use', a, '10.0.0.3', { declined: [lease(a, '10.0.0.3', live)] }, '10.0.0.4'],
    ['not one that is fixed', a, '10.0.0.3', { fixed: new Set(['10.0.0.3']) }, '10.0.0.4'],
    [
      'not its old one once that is fixed for another',
      a,
      undefined,
      { leases: [lease(a, '10.0.0.3', live)], fixed: new Set(['10.0.0.3']) },
      '10.0.0.4',
    ],
    [
      'a fresh address before one that was used',
      a,
      undefined,
      { leases: [lease(b, '10.0.0.3', ended)] },
      '10.0.0.4',
    ],
    [
      'the one whose lease ended longest ago',
      a,
      undefined,
      { leases: [lease(b, '10.0.0.3', ended), lease(c, '10.0.0.4', ended - 1)] },
      '10.0.0.4',
    ],
    [
      'nothing when all are taken',
      a,
      undefined,
      { leases: [lease(b, '10.0.0.3', live), lease(c, '10.0.0.4', live)] },
      'the pool of 10.0.0.0/24 is exhausted',
    ],
  ] as [string, string, string | undefined, Partial<Book>, string][])(
    '%s',
    (_name, mac, wanted, taken, expected) => expect(got(mac, wanted, taken)).toBe(expected),
  )

  it('knows whether it gave the address before', () => {
    expect(poolAddress(a, undefined, lan!, book())).toMatchObject({ record: 'nothing' })
    const leases = [lease(a, '10.0.0.3', ended)]
    const fixed = new Set(['10.0.0.3'])
    const lost = poolAddress(a, undefined, lan!, book({ leases, fixed }))
    expect(lost).toMatchObject({ ip: '10.0.0.4', record: 'other' })
    expect(poolAddress(a, undefined, lan!, book({ leases }))).toMatchObject({ record: 'this' })
  })

  it('warns when a pool is exhausted, not when there is none', () => {
    const full = book({ fixed: new Set(['10.0.0.3', '10.0.0.4']) })
    expect(poolAddress(a, undefined, lan!, full)).toMatchObject({ kind: 'none', isWarning: true })
    const bare = { ...lan!, pools: [] }
    expect(poolAddress(a, undefined, bare, book())).toMatchObject({
      kind: 'none',
      isWarning: false,
    })
  })
})

describe('fixedAddress', () => {
  const find = (ip: string | null, holder?: ReturnType<typeof lease>) =>
    fixedAddress(ip, a, lan!, holder, now)

  it('is the address of the host, also while its own lease on it runs', () => {
    const mine = { kind: 'address', ip: '10.0.0.50', record: 'this' }
    expect(find('10.0.0.50')).toEqual(mine)
    expect(find('10.0.0.50', lease(a, '10.0.0.50', live))).toEqual(mine)
    expect(find('10.0.0.50', lease(b, '10.0.0.50', ended))).toEqual(mine)
  })

  it('is none for a host without one', () => {
    expect(find(null)).toBeUndefined()
  })

  it.each([
    ['another network', '10.9.0.50', undefined],
    ["the server's own", '10.0.0.1', undefined],
    ['the broadcast address', '10.0.0.255', undefined],
    ['leased to another machine', '10.0.0.50', lease(b, '10.0.0.50', live)],
  ])('is a problem: %s', (_name, ip, holder) => {
    expect(find(ip, holder)).toEqual({ problem: expect.stringContaining(ip) })
  })
})
