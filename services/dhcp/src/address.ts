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

const [zero, nine, dot] = [48, 57, 46]

/**
 * An IPv4 address as an unsigned number, or undefined when the text is none: four numbers without leading zeros. Every
 * message has a dozen of them, so the characters are read one by one.
 */
export function parseAddress(text: string): number | undefined {
  let [address, part, digits, parts] = [0, 0, 0, 1]
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === dot) {
      if (digits === 0 || parts === 4) return undefined
      address = address * 256 + part
      part = 0
      digits = 0
      parts += 1
    } else {
      if (char < zero || char > nine || (digits > 0 && part === 0)) return undefined
      part = part * 10 + char - zero
      digits += 1
      if (part > 255) return undefined
    }
  }
  return parts === 4 && digits > 0 ? address * 256 + part : undefined
}

export function printAddress(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`
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
