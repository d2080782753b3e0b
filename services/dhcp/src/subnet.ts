import { LinboError } from '@linbo/runtime'
import {
  broadcastOf,
  contains,
  type Network,
  parseAddress,
  parseNetwork,
  parseRange,
  printNetwork,
  printRange,
  type Range,
} from './address.ts'

/** An IPv4 address of this machine. */
export interface InterfaceAddress {
  interface: string
  address: string
  /** `10.0.0.0/24` as address and prefix length. */
  cidr: string
}

/** A network whose machines we answer. */
export interface Subnet {
  name: string
  network: Network
  /** Our own address in it, when it is on a link of ours; a relayed network has none. */
  ownAddress: string | undefined
  interface: string | undefined
  router: string | undefined
  dns: string[] | undefined
  pools: Range[]
  /** Where its machines load from, when that is not us. */
  nextServer: string | undefined
}

/** Addresses that all pools have together at most: some bytes of memory each. */
const mostPooled = 1 << 21

/** One entry of LINBO_DHCP_SUBNETS or line of subnets.csv. */
export interface SubnetEntry {
  network: Network
  router: string | undefined
  dns: string[] | undefined
  pools: Range[]
  nextServer: string | undefined
}

export interface SubnetSettings {
  LINBO_DHCP_INTERFACE: string[]
  LINBO_DHCP_POOL: string[]
  LINBO_DHCP_ROUTER: string | undefined
  LINBO_DHCP_SUBNETS: string
}

/**
 * Reads `10.16.0.0/16 router=10.16.255.254 pool=10.16.1.100-10.16.1.200; 10.17.0.0/16 …`.
 * @throws Error that says what is wrong with which entry.
 */
export function parseSubnets(text: string): SubnetEntry[] {
  const entries = text.split(';').map((part) => part.trim())
  return entries.filter(Boolean).map((entry) => {
    const [written = '', ...words] = entry.split(/\s+/)
    const network = parseNetwork(written)
    if (!network) throw new Error(`has "${written}", which is no network like 10.16.0.0/16`)
    const found: SubnetEntry = {
      ...{ network, router: undefined, dns: undefined, pools: [], nextServer: undefined },
    }
    for (const word of words) {
      const [key, value = ''] = word.split('=')
      const values = value.split(',')
      const inside = (one: string) => {
        const address = parseAddress(one)
        if (address === undefined) throw new Error(`has ${word}, where ${one} is no IPv4 address`)
        return contains(network, address)
      }
      if (key === 'router') {
        if (!inside(value)) throw new Error(`has router ${value} outside ${written}`)
        found.router = value
      } else if (key === 'next-server') {
        inside(value)
        found.nextServer = value
      } else if (key === 'dns') {
        values.forEach(inside)
        found.dns = values
      } else if (key === 'pool') {
        for (const one of values) {
          const range = parseRange(one)
          if (!range) throw new Error(`has pool ${one}, which is no range like 10.16.1.1-10.16.1.9`)
          if (!contains(network, range.first) || !contains(network, range.last)) {
            throw new Error(`has pool ${one} outside ${written}`)
          }
          found.pools.push(range)
        }
      } else throw new Error(`has "${word}", which is none of router=, dns=, pool=, next-server=`)
    }
    return found
  })
}

/**
 * The networks to answer for: those of the interfaces, then the relayed ones, with their pools.
 * @param fromFile those of subnets.csv, when there is one; LINBO_DHCP_SUBNETS has the last word.
 * @throws LinboError `DHCP_INTERFACE`, `DHCP_POOL` or `DHCP_ROUTER` when settings and machine do not match.
 */
export function planSubnets(
  settings: SubnetSettings,
  machine: InterfaceAddress[],
  fromFile?: SubnetEntry[],
): Subnet[] {
  const subnets = ownSubnets(settings.LINBO_DHCP_INTERFACE, machine)
  for (const entry of [...(fromFile ?? []), ...parseSubnets(settings.LINBO_DHCP_SUBNETS)]) {
    const known = subnets.find(
      ({ network }) =>
        network.first === entry.network.first && network.prefix === entry.network.prefix,
    )
    if (known) Object.assign(known, entry)
    else {
      const name = printNetwork(entry.network)
      subnets.push({ name, ownAddress: undefined, interface: undefined, ...entry })
    }
  }
  const served = subnets.map(({ name }) => name).join(', ')
  for (const text of settings.LINBO_DHCP_POOL) {
    const pool = parseRange(text) as Range
    const home = subnets.find(
      ({ network }) => contains(network, pool.first) && contains(network, pool.last),
    )
    if (!home) {
      throw new LinboError('DHCP_POOL', `LINBO_DHCP_POOL ${text} lies in no network we serve`, {
        fix: `Choose addresses inside ${served}, or add the network to LINBO_DHCP_SUBNETS.`,
      })
    }
    home.pools = [...home.pools, pool]
  }
  // A subnets.csv without ranges means that unknown machines get no address.
  if (!fromFile && subnets.every(({ pools }) => pools.length === 0)) {
    for (const own of subnets) if (own.interface) own.pools = defaultPool(own.network)
  }
  refuseOverlap(subnets.flatMap(({ pools }) => pools))
  refuseHuge(subnets.flatMap(({ pools }) => pools))
  const router = parseAddress(settings.LINBO_DHCP_ROUTER ?? '')
  if (router !== undefined) {
    const homes = subnets.filter(
      ({ network, ownAddress }) => ownAddress && contains(network, router),
    )
    if (homes.length === 0) {
      throw new LinboError(
        'DHCP_ROUTER',
        `LINBO_DHCP_ROUTER ${settings.LINBO_DHCP_ROUTER} lies in no network of LINBO_DHCP_INTERFACE`,
        { fix: 'A client reaches only a router in its own network; correct it or leave it out.' },
      )
    }
    for (const home of homes) home.router ??= settings.LINBO_DHCP_ROUTER
  }
  return subnets
}

/** The last quarter of a network, 256 addresses at most, without its broadcast address. */
function defaultPool(network: Network): Range[] {
  const last = broadcastOf(network) - 1
  const size = Math.min(256, Math.floor((last - network.first) / 4))
  return size < 1 ? [] : [{ first: last - size + 1, last }]
}

function ownSubnets(wanted: string[], machine: InterfaceAddress[]): Subnet[] {
  const choice = machine.map((one) => `${one.interface} (${one.cidr})`).join(', ') || 'none'
  const fix = `Set LINBO_DHCP_INTERFACE to one or more of: ${choice}.`
  if (wanted.length === 0) {
    throw new LinboError('DHCP_INTERFACE', 'DHCP needs LINBO_DHCP_INTERFACE: it is not set', {
      fix,
    })
  }
  return wanted.flatMap((name) => {
    const found = machine.filter((one) => one.interface === name)
    if (found.length === 0) {
      const what = `LINBO_DHCP_INTERFACE: ${name} does not exist here or has no IPv4 address`
      throw new LinboError('DHCP_INTERFACE', what, { fix })
    }
    return found.flatMap(({ address, cidr }) => {
      const network = parseNetwork(cidr)
      if (!network) return []
      const rest = { router: undefined, dns: undefined, pools: [], nextServer: undefined }
      return [
        { name: printNetwork(network), network, ownAddress: address, interface: name, ...rest },
      ]
    })
  })
}

function refuseOverlap(pools: Range[]): void {
  for (const [index, pool] of pools.entries()) {
    const other = pools
      .slice(index + 1)
      .find((one) => one.first <= pool.last && pool.first <= one.last)
    if (!other) continue
    throw new LinboError(
      'DHCP_POOL',
      `the pools ${printRange(pool)} and ${printRange(other)} overlap`,
      { fix: 'Give every address to one pool only (LINBO_DHCP_POOL, LINBO_DHCP_SUBNETS).' },
    )
  }
}

function refuseHuge(pools: Range[]): void {
  const size = pools.reduce((sum, { first, last }) => sum + last - first + 1, 0)
  if (size <= mostPooled) return
  throw new LinboError('DHCP_POOL', `the pools have ${size} addresses, more than ${mostPooled}`, {
    fix: 'Choose smaller ranges (LINBO_DHCP_POOL, LINBO_DHCP_SUBNETS): an address per machine is enough.',
  })
}

/** The narrowest served network an address belongs to. */
export function subnetOf(subnets: Subnet[], address: string): Subnet | undefined {
  const number = parseAddress(address)
  if (number === undefined) return undefined
  return subnets
    .filter(({ network }) => contains(network, number))
    .toSorted((a, b) => b.network.prefix - a.network.prefix)[0]
}

/** True for an address a machine of this network can have: inside it, and neither end of it nor ours. */
export function isUsable(subnet: Subnet, address: number): boolean {
  return (
    contains(subnet.network, address) &&
    address !== subnet.network.first &&
    address !== broadcastOf(subnet.network) &&
    address !== parseAddress(subnet.ownAddress ?? '') &&
    address !== parseAddress(subnet.router ?? '')
  )
}

/**
 * The networks a client may be in. A relay or the client's own address tells, else the interface it was heard
 * through, which may have several. Empty when none is ours.
 * @param asked the address the client wants to keep: the network it belongs to is the only one then.
 */
export function locate(
  subnets: Subnet[],
  location: string | undefined,
  asked: string | undefined,
  device: string | undefined,
): Subnet[] {
  if (location) {
    const subnet = subnetOf(subnets, location)
    return subnet ? [subnet] : []
  }
  const here = subnets.filter((one) => one.interface !== undefined && one.interface === device)
  const home = asked === undefined ? undefined : subnetOf(here, asked)
  return home ? [home] : here
}
