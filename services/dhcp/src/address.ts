import { parseIpv4 } from '@linbo/formats'

/** A network as its lowest address and prefix length. */
export interface Network {
  first: number
  prefix: number
}

/** Addresses from `first` to `last`, both included. */
export interface Range {
  first: number
  last: number
}

/** An IPv4 address as an unsigned number, or undefined when the text is none. */
export function parseAddress(text: string): number | undefined {
  return parseIpv4(text)?.reduce((sum, part) => sum * 256 + part, 0)
}

export function printAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')
}

/** `10.16.0.0/16`; an address inside the network counts as the network. */
export function parseNetwork(text: string): Network | undefined {
  const [address, prefix, ...rest] = text.split('/')
  const first = parseAddress(address ?? '')
  if (first === undefined || rest.length > 0 || !/^\d{1,2}$/.test(prefix ?? '')) return undefined
  const length = Number(prefix)
  if (length < 1 || length > 30) return undefined
  return { first: (first & mask(length)) >>> 0, prefix: length }
}

export function printNetwork(network: Network): string {
  return `${printAddress(network.first)}/${network.prefix}`
}

/** `10.0.0.100-10.0.0.199`, or a single address. */
export function parseRange(text: string): Range | undefined {
  const [from, to, ...rest] = text.split('-').map((part) => part.trim())
  const first = parseAddress(from ?? '')
  const last = to === undefined ? first : parseAddress(to)
  if (first === undefined || last === undefined || rest.length > 0 || first > last) return undefined
  return { first, last }
}

export function printRange(range: Range): string {
  return `${printAddress(range.first)}-${printAddress(range.last)}`
}

export function contains(network: Network, address: number): boolean {
  return (address & mask(network.prefix)) >>> 0 === network.first
}

export function broadcastOf(network: Network): number {
  return (network.first | ~mask(network.prefix)) >>> 0
}

export function maskOf(network: Network): number {
  return mask(network.prefix)
}

function mask(prefix: number): number {
  return (0xffffffff << (32 - prefix)) >>> 0
}
