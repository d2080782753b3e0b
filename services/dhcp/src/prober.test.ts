import type { Clock } from '@linbo/runtime'
import { expect, it } from 'vitest'
import { parseAddress } from './address.ts'
import { AddressBook } from './address-book.ts'
import { createProber } from './prober.ts'
import { planSubnets } from './subnet.ts'

const [lan] = planSubnets(
  {
    LINBO_DHCP_INTERFACE: ['lan'],
    LINBO_DHCP_POOL: ['10.0.0.1-10.0.0.200'],
    LINBO_DHCP_ROUTER: undefined,
    LINBO_DHCP_SUBNETS: '',
  },
  [{ interface: 'lan', address: '10.0.0.250', cidr: '10.0.0.250/24' }],
)
const mac = '52:54:00:00:00:07'

/** Machines that use addresses, a clock that is stepped, and looks that last until they are ended. */
function setUp(inUse: string[]) {
  let now = 100_000
  const timers: (() => void)[] = []
  const looks: { addresses: string[]; end(): void }[] = []
  const told: string[] = []
  const clock: Clock = {
    now: () => now,
    after(_ms, action) {
      timers.push(action)
      return () => {}
    },
  }
  const prober = createProber({
    clock,
    neighbours: {
      probe: (addresses) =>
        new Promise((resolve) => {
          const answers = addresses.filter((one) => inUse.includes(one))
          const end = () => resolve(new Map(answers.map((one) => [one, mac])))
          looks.push({ addresses, end })
        }),
      close: async () => {},
    },
    book: () => book,
    tell: (ip) => told.push(ip),
  })
  const book = new AddressBook([lan!], prober.isQuiet)
  const find = () => {
    const found = book.find({ mac, wanted: undefined, fixed: null }, lan!, now)
    return found.kind === 'address' ? found.ip : found.reason
  }
  const step = (ms: number) => {
    now += ms
  }
  return { prober, book, find, looks, timers, told, step }
}

it('looks at many addresses at once, and lets the first machine wait for that', async () => {
  const { prober, find, looks } = setUp(['10.0.0.1'])
  const waiting = prober.beforeOffer(lan!, find())
  expect(looks[0]?.addresses).toHaveLength(64)
  looks[0]?.end()
  await waiting
  expect(find()).toBe('10.0.0.2')
  expect(prober.beforeOffer(lan!, find())).toBeUndefined()
})

it('does not keep more than a few machines waiting, nor any in a flood', async () => {
  const { prober, find, looks } = setUp([])
  const first = Array.from({ length: 10 }, () => prober.beforeOffer(lan!, find()))
  expect(first.filter(Boolean)).toHaveLength(4)
  looks[0]?.end()
  await Promise.all(first)
  expect(prober.beforeOffer(lan!, '10.0.0.199')).toBeUndefined()
  expect(looks).toHaveLength(2)
})

it('doubts what the kernel remembers, and looks again before it tells', async () => {
  const inUse = ['10.0.0.1', '10.0.0.2']
  const { prober, book, looks, timers, told, step } = setUp(inUse)
  const looking = prober.prepare(lan!)
  looks[0]?.end()
  await looking
  inUse.shift()
  for (const timer of timers) timer()
  for (const look of looks.slice(1)) look.end()
  await expect.poll(() => told).toEqual(['10.0.0.2'])
  step(30_000)
  expect(book.isInUse('10.0.0.1', 130_000)).toBe(false)
  expect(book.isInUse('10.0.0.2', 130_000)).toBe(true)
})

it('forgets after some minutes that nobody answered', async () => {
  const { prober, looks, step } = setUp([])
  const looking = prober.prepare(lan!)
  looks[0]?.end()
  await looking
  const address = parseAddress('10.0.0.1')!
  expect(prober.isQuiet(address)).toBe(true)
  step(301_000)
  expect(prober.isQuiet(address)).toBe(false)
})
