import { printAddress } from './address.ts'
import { readArea, writeArea } from './option-area.ts'
import { PacketError } from './packet-error.ts'

/** What a relay agent says about a request in option 82 (RFC 3046), as far as an answer depends on it. */
export interface RelayInfo {
  circuitId?: Uint8Array | undefined
  remoteId?: Uint8Array | undefined
  /** The client's subnet, where giaddr is only how to reach the relay (RFC 3527). */
  linkSelection?: string | undefined
  /** What the relay wants to stand in option 54, so that all the client sends passes through it (RFC 5107). */
  serverOverride?: string | undefined
  /** The relay wants the answer at the port it sent from (RFC 8357). */
  sourcePort?: boolean | undefined
}

/** Reads option 82; one that is garbled reads as empty and is still echoed unchanged. */
export function decodeRelay(bytes: Uint8Array): RelayInfo {
  try {
    const found = readArea(bytes, false)
    const link = address(found.get(5))
    const override = address(found.get(11))
    return {
      ...(found.has(1) ? { circuitId: found.get(1) } : {}),
      ...(found.has(2) ? { remoteId: found.get(2) } : {}),
      ...(link ? { linkSelection: link } : {}),
      ...(override ? { serverOverride: override } : {}),
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
  for (const [code, ip] of [
    [5, info.linkSelection],
    [11, info.serverOverride],
  ] as const) {
    if (ip) values.push([code, Uint8Array.from(ip.split('.'), Number)])
  }
  if (info.sourcePort) values.push([19, new Uint8Array()])
  return writeArea(values)
}

function address(bytes: Uint8Array | undefined): string | undefined {
  if (bytes?.length !== 4) return undefined
  return printAddress(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0))
}
