import { parseAddress, printAddress } from './address.ts'

/** DHCP message types (RFC 2132 9.6). */
export const MessageType = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
} as const

interface Kinds {
  address: string
  addresses: string[]
  u8: number
  u16: number
  u32: number
  u16s: number[]
  codes: number[]
  text: string
  bytes: Uint8Array
}

/** Every option this service reads or sends: code and kind of value, by name. */
export const optionTable = {
  subnetMask: [1, 'address'],
  router: [3, 'addresses'],
  dns: [6, 'addresses'],
  hostName: [12, 'text'],
  domain: [15, 'text'],
  extensionsPath: [18, 'text'],
  broadcast: [28, 'address'],
  nisDomain: [40, 'text'],
  ntp: [42, 'addresses'],
  vendorSpecific: [43, 'bytes'],
  netbios: [44, 'addresses'],
  requestedAddress: [50, 'address'],
  leaseTime: [51, 'u32'],
  messageType: [53, 'u8'],
  serverIdentifier: [54, 'address'],
  parameterList: [55, 'codes'],
  message: [56, 'text'],
  maxSize: [57, 'u16'],
  renewalTime: [58, 'u32'],
  rebindingTime: [59, 'u32'],
  vendorClass: [60, 'text'],
  clientId: [61, 'bytes'],
  tftpServerName: [66, 'text'],
  bootFile: [67, 'text'],
  userClass: [77, 'text'],
  relayAgent: [82, 'bytes'],
  clientArch: [93, 'u16s'],
  clientNdi: [94, 'bytes'],
  clientGuid: [97, 'bytes'],
} as const satisfies Record<string, readonly [number, keyof Kinds]>

export type OptionName = keyof typeof optionTable
export type OptionValues = { [K in OptionName]?: Kinds[(typeof optionTable)[K][1]] | undefined }

/** Raw option values by code, in the order they are sent: the first ones are the important ones. */
export type Options = Map<number, Uint8Array>

/**
 * An option's value, or undefined when it is absent or has not the form of its kind: a client that
 * garbles one option is treated as if it had not sent it.
 */
export function readOption<K extends OptionName>(options: Options, name: K): OptionValues[K] {
  const [code, kind] = optionTable[name]
  const bytes = options.get(code)
  return (bytes && read(bytes, kind)) as OptionValues[K]
}

/** Options from values, in the order given; an undefined value is left out. */
export function optionsOf(values: OptionValues): Options {
  const options: Options = new Map()
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    const [code, kind] = optionTable[name as OptionName]
    options.set(code, write(value, kind))
  }
  return options
}

function read(bytes: Uint8Array, kind: keyof Kinds): Kinds[keyof Kinds] | undefined {
  const size = bytes.length
  switch (kind) {
    case 'u8':
      return size === 1 ? bytes[0] : undefined
    case 'u16':
      return size === 2 ? number(bytes, 0, 2) : undefined
    case 'u32':
      return size === 4 ? number(bytes, 0, 4) : undefined
    case 'address':
      return size === 4 ? printAddress(number(bytes, 0, 4)) : undefined
    case 'addresses':
      if (size === 0 || size % 4 !== 0) return undefined
      return every(size / 4, (index) => printAddress(number(bytes, index * 4, 4)))
    case 'u16s':
      if (size === 0 || size % 2 !== 0) return undefined
      return every(size / 2, (index) => number(bytes, index * 2, 2))
    case 'codes':
      return [...bytes]
    case 'text':
      return text(bytes)
    case 'bytes':
      return bytes
  }
}

/** A big-endian number of `size` bytes. */
function number(bytes: Uint8Array, at: number, size: 2 | 4): number {
  let value = 0
  for (let index = at; index < at + size; index++) value = value * 256 + (bytes[index] ?? 0)
  return value
}

const encoder = new TextEncoder()

function write(value: Kinds[keyof Kinds], kind: keyof Kinds): Uint8Array {
  switch (kind) {
    case 'u8':
      return Uint8Array.of(value as number)
    case 'u16':
      return wide(2, [value as number])
    case 'u32':
      return wide(4, [value as number])
    case 'address':
      return wide(4, [parseAddress(value as string) ?? 0])
    case 'addresses':
      return wide(
        4,
        (value as string[]).map((one) => parseAddress(one) ?? 0),
      )
    case 'u16s':
      return wide(2, value as number[])
    case 'text':
      return encoder.encode(value as string)
    case 'codes':
    case 'bytes':
      return Uint8Array.from(value as Iterable<number>)
  }
}

/** Text up to its first NUL: some clients count the terminator in, RFC 2132 2 asks us to bear it. */
function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return String.fromCharCode(...(end === -1 ? bytes : bytes.subarray(0, end)))
}

function every<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

function wide(size: 2 | 4, numbers: number[]): Uint8Array {
  const bytes = new Uint8Array(size * numbers.length)
  let at = 0
  for (const number of numbers) {
    for (let shift = size * 8 - 8; shift >= 0; shift -= 8) bytes[at++] = number >>> shift
  }
  return bytes
}
