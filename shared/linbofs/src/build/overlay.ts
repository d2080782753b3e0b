import { type CpioEntry, cpio, packCpio } from '@linbo/boot/cpio'
import { type BaseFacts, layOver } from './base-facts.ts'
import { FileType, isOf } from './cpio-stream.ts'

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

/** What is laid over a base: files that are worth packing, and all else. Each fits over the base by itself. */
export interface Overlay {
  /** Undefined when there are few. */
  bulky: Buffer | undefined
  small: Buffer
}

/** Files from this size on are packed with xz, when they are this much together, in bytes. */
const bulkyFile = 32 * 1024
const bulkyTotal = 512 * 1024

/** Archives of these parts that fit over a base; where two have the same path the later one wins. */
export function packOverlay(parts: OverlayPart[], facts: BaseFacts): Overlay {
  const entries = layOver(
    facts,
    parts.flatMap((one) => one.entries),
    (path) => cpio.folder(path),
  )
  const isBulky = ({ data }: CpioEntry) => (data?.length ?? 0) >= bulkyFile
  const total = entries.filter(isBulky).reduce((sum, { data }) => sum + (data?.length ?? 0), 0)
  if (total < bulkyTotal) return { bulky: undefined, small: packCpio(entries) }
  const isFolder = ({ mode }: CpioEntry) => isOf(mode, FileType.folder)
  return {
    bulky: packCpio(entries.filter((entry) => isBulky(entry) || isFolder(entry))),
    small: packCpio(entries.filter((entry) => !isBulky(entry))),
  }
}
