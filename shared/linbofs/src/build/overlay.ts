import { type CpioEntry, cpio, packCpio } from '@linbo/boot/cpio'
import { type BaseFacts, layOver } from './base-facts.ts'

/** One thing that is laid over LINBO's own initramfs. */
export interface OverlayPart {
  /** For people, as in `set.json`: what it is. */
  name: string
  entries: CpioEntry[]
  /** What is not as it should be, as sentences with what to do. */
  warnings: string[]
}

export const part = (name: string, entries: CpioEntry[], warnings: string[] = []): OverlayPart => ({
  name,
  entries,
  warnings,
})

/** An archive of these parts that fits over a base; where two have the same path the later one wins. */
export function packOverlay(parts: OverlayPart[], facts: BaseFacts): Buffer {
  const entries = parts.flatMap((one) => one.entries)
  return packCpio(layOver(facts, entries, (path) => cpio.folder(path)))
}
