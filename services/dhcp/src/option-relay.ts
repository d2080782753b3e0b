import { printAddress } from './address.ts'
import { readArea, writeArea } from './option-area.ts'
import { PacketError } from './packet-error.ts'

/** What a relay agent says about a request in option 82 (RFC 3046), as far as an answer depends on it. */
export interface RelayInfo {
  circuitId?: Uint8Array | undefined
  remoteId?: Uint8Array | undefined
  /** The client's subnet, where giaddr is only how to reach the relay (RFC 3527). */
  linkSelection?: string | undefined
  /** The relay wants the answer at the port it sent from (RFC 8357). */
  sourcePort?: boolean | undefined
}

/** Reads option 82; one that is garbled reads as empty and is still echoed unchanged. */
export function decodeRelay(bytes: Uint8Array): RelayInfo {
  try {
    const found = readArea(bytes, false)
    const link = found.get(5)
    return {
      ...(found.has(1) ? { circuitId: found.get(1) } : {}),
      ...(found.has(2) ? { remoteId: found.get(2) } : {}),
      ...(link?.length === 4
        ? { linkSelection: printAddress(new DataView(link.buffer).getUint32(0)) }
        : {}),
      ...(found.has(19) ? { sourcePort: true } : {}),
    }
  } catch (error) {
    if (error instanceof PacketError) return {}
    throw error
  }
}

/** Option 82 as a relay agent sends it. */
export function encodeRelay(info: RelayInfo): Uint8Array {
  const values: [number, Uint8Array][] = []
  if (info.circuitId) values.push([1, info.circuitId])
  if (info.remoteId) values.push([2, info.remoteId])
  if (info.linkSelection) {
    values.push([5, Uint8Array.from(info.linkSelection.split('.'), Number)])
  }
  if (info.sourcePort) values.push([19, new Uint8Array()])
  return writeArea(values)
}
