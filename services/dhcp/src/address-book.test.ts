import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AddressBook } from './address-book.ts'
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

interface Taken {
  leases?: [mac: string, ip: string, expiresAt: number][]
  offers?: [mac: string, ip: string][]
  inUse?: string[]
  fixed?: string[]
}

function book(
  { leases = [], offers = [], inUse = [], fixed = [] }: Taken,
  isQuiet?: () => boolean,
) {
  const one = new AddressBook([lan!], isQuiet)
  one.reserve(fixed)
  for (const [mac, ip, expiresAt] of leases) one.put({ mac, ip, hostname: null, expiresAt })
  for (const [mac, ip] of offers) one.offer(mac, ip, now)
  for (const ip of inUse) one.foundInUse(ip, now)
  return one
}

const find = (taken: Taken, mac: string, wanted?: string, fixed: string | null = null) =>
  book(taken).find({ mac, wanted, fixed }, lan!, now)
const got = (...words: Parameters<typeof find>) => {
  const finding = find(...words)
  return finding.kind === 'address' ? finding.ip : finding.reason
}

describe('an address from the pool', () => {
  it.each([
    ['is neither our own nor the router', {}, undefined, '10.0.0.3'],
    ['is the one on lease', { leases: [[a, '10.0.0.4', live]] }, '10.0.0.3', '10.0.0.4'],
    ['is that of an ended lease', { leases: [[a, '10.0.0.4', ended]] }, undefined, '10.0.0.4'],
    ['is the one offered before', { offers: [[a, '10.0.0.4']] }, undefined, '10.0.0.4'],
    ['is the wanted one when that is free', {}, '10.0.0.4', '10.0.0.4'],
    ['is not one outside the pool', {}, '10.0.0.9', '10.0.0.3'],
    ['is not one on lease', { leases: [[b, '10.0.0.3', live]] }, '10.0.0.3', '10.0.0.4'],
    ['is not one on offer', { offers: [[b, '10.0.0.3']] }, '10.0.0.3', '10.0.0.4'],
    ['is not one found in use', { inUse: ['10.0.0.3'] }, '10.0.0.3', '10.0.0.4'],
    ['is not a fixed one', { fixed: ['10.0.0.3'] }, '10.0.0.3', '10.0.0.4'],
    [
      'is not its old one once that is fixed for another',
      { leases: [[a, '10.0.0.3', live]], fixed: ['10.0.0.3'] },
      undefined,
      '10.0.0.4',
    ],
    [
      'is a fresh one before a used one',
      { leases: [[b, '10.0.0.3', ended]] },
      undefined,
      '10.0.0.4',
    ],
    [
      'is the one whose lease ended longest ago',
      {
        leases: [
          [b, '10.0.0.3', ended],
          [c, '10.0.0.4', ended - 1],
        ],
      },
      undefined,
      '10.0.0.4',
    ],
    [
      'is none when all are taken',
      {
        leases: [
          [b, '10.0.0.3', live],
          [c, '10.0.0.4', live],
        ],
      },
      undefined,
      'the pool of 10.0.0.0/24 is exhausted',
    ],
  ] as [string, Taken, string | undefined, string][])('%s', (_name, taken, wanted, expected) =>
    expect(got(taken, a, wanted)).toBe(expected),
  )

  it('comes with whether it was given before', () => {
    expect(find({}, a)).toMatchObject({ record: 'nothing' })
    const leases: Taken['leases'] = [[a, '10.0.0.3', ended]]
    expect(find({ leases }, a)).toMatchObject({ record: 'this' })
    const lost = find({ leases, fixed: ['10.0.0.3'] }, a)
    expect(lost).toMatchObject({ ip: '10.0.0.4', record: 'other' })
  })

  it('is a quiet one if there is one', () => {
    const quiet = new AddressBook([lan!], (address) => address % 256 === 4)
    expect(quiet.find({ mac: a, wanted: undefined, fixed: null }, lan!, now)).toMatchObject({
      ip: '10.0.0.4',
    })
  })

  it('warns when the pool is exhausted, not when there is none', () => {
    const full = find({ fixed: ['10.0.0.3', '10.0.0.4'] }, a)
    expect(full).toMatchObject({ kind: 'none', isWarning: true })
    const bare = { ...lan!, pools: [] }
    const none = new AddressBook([bare]).find({ mac: a, wanted: undefined, fixed: null }, bare, now)
    expect(none).toMatchObject({ kind: 'none', isWarning: false })
  })

  it('is free again when its offer lapsed, its machine turned it down, or its lease ended', () => {
    const one = book({ offers: [[b, '10.0.0.3']], leases: [[c, '10.0.0.4', live]] })
    const seeker = { mac: a, wanted: undefined, fixed: null }
    expect(one.find(seeker, lan!, now).kind).toBe('none')
    one.turnDown(b)
    expect(one.find(seeker, lan!, now)).toMatchObject({ ip: '10.0.0.3' })
    one.offer(b, '10.0.0.3', now)
    expect(one.find(seeker, lan!, live)).toMatchObject({ ip: '10.0.0.4' })
    expect(one.find({ ...seeker, wanted: '10.0.0.3' }, lan!, now + 60_000)).toMatchObject({
      ip: '10.0.0.3',
    })
  })
})

describe("a host's fixed address", () => {
  it('is its own, also while its own lease on it runs', () => {
    const mine = { kind: 'address', ip: '10.0.0.50', record: 'this' }
    for (const lease of [
      [a, '10.0.0.50', live],
      [b, '10.0.0.50', ended],
    ] as const) {
      expect(find({ leases: [[...lease]] }, a, undefined, '10.0.0.50')).toEqual(mine)
    }
  })

  it.each([
    ['is one of another network', '10.9.0.50', {}],
    ["is the server's own", '10.0.0.1', {}],
    ['is the broadcast address', '10.0.0.255', {}],
    ['is leased to another machine', '10.0.0.50', { leases: [[b, '10.0.0.50', live]] }],
    ['is used by another machine', '10.0.0.50', { inUse: ['10.0.0.50'] }],
  ] as [string, string, Taken][])('gives way to the pool when it %s', (_name, ip, taken) => {
    expect(find(taken, a, undefined, ip)).toMatchObject({
      ip: '10.0.0.3',
      warning: expect.stringContaining(ip),
    })
  })
})

it('never gives an address to two machines, whatever happens in whatever order', () => {
  const machine = fc.constantFrom(a, b, c)
  const step = fc.oneof(
    fc.record({ kind: fc.constantFrom('discover', 'request', 'release', 'decline'), mac: machine }),
    fc.record({ kind: fc.constant('wait'), ms: fc.integer({ min: 1, max: 200_000 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const one = new AddressBook([lan!])
      const holders = new Map<string, { mac: string; until: number }>()
      let time = now
      for (const each of steps) {
        if (!('mac' in each)) {
          time += each.ms
          continue
        }
        const { mac, kind } = each
        const lease = one.leaseOf(mac)
        const finding = one.find({ mac, wanted: undefined, fixed: null }, lan!, time)
        if (kind === 'release' && lease) {
          one.put({ ...lease, expiresAt: time })
          holders.delete(lease.ip)
        } else if (kind === 'decline' && lease) {
          one.foundInUse(lease.ip, time)
          one.put({ ...lease, expiresAt: time })
          holders.delete(lease.ip)
        } else if (finding.kind === 'address' && kind === 'discover') {
          one.offer(mac, finding.ip, time)
        } else if (finding.kind === 'address' && kind === 'request') {
          const holder = holders.get(finding.ip)
          if (holder && holder.mac !== mac) expect(holder.until).toBeLessThanOrEqual(time)
          const until = time + 100_000
          one.put({ mac, ip: finding.ip, hostname: null, expiresAt: until })
          for (const [ip, held] of holders) if (held.mac === mac) holders.delete(ip)
          holders.set(finding.ip, { mac, until })
        }
      }
    }),
  )
})
