import { readArea, writeArea } from './option-area.ts'
import { PacketError } from './packet-error.ts'

/** PXE's own sub-options inside option 43 (PXE 2.1, 2.2.2): the ones a boot server needs. */
export interface PxeOptions {
  /** Sub-option 6: how the client looks for boot servers. */
  discoveryControl?: number | undefined
  /** Sub-option 71: which boot server type and layer the client chose; four bytes. */
  bootItem?: Uint8Array | undefined
}

/** Discovery control bit 3: take the boot file named in this offer, ask nobody else. */
export const bootFromOffer = 8

/** Reads option 43 of a PXE client; what is no list of sub-options reads as none. */
export function decodePxe(bytes: Uint8Array): PxeOptions {
  try {
    const found = readArea(bytes, true)
    const control = found.get(6)
    const item = found.get(71)
    return {
      ...(control?.length === 1 ? { discoveryControl: control[0] } : {}),
      ...(item?.length === 4 ? { bootItem: item } : {}),
    }
  } catch (error) {
    if (error instanceof PacketError) return {}
    throw error
  }
}

/** Option 43 with an end mark, as PXE ROMs expect it. */
export function encodePxe(options: PxeOptions): Uint8Array {
  const values: [number, Uint8Array][] = []
  if (options.discoveryControl !== undefined) {
    values.push([6, Uint8Array.of(options.discoveryControl)])
  }
  if (options.bootItem) values.push([71, options.bootItem])
  return Uint8Array.of(...writeArea(values), 255)
}
