import type { Hardware } from '@linbo/formats'
import { bytes } from '#lib/ui/format.ts'

/** Model, size and how it is connected, as far as they are known. */
export function diskWords(disk: Hardware['disks'][number], locale: string): string {
  const size = disk.sizeBytes === null ? '' : bytes(disk.sizeBytes, locale)
  return [disk.model, size, disk.bus === 'unknown' ? '' : disk.bus.toUpperCase()]
    .filter(Boolean)
    .join(' · ')
}

/** Memory as it is sold: `16 GiB`. */
export function memoryWords(sizeBytes: number | null, locale: string): string {
  if (sizeBytes === null) return ''
  const gib = sizeBytes / 1024 ** 3
  return `${gib.toLocaleString(locale, { maximumFractionDigits: gib < 10 ? 1 : 0 })}\u00a0GiB`
}

/** Vendor and product, without saying the vendor twice. */
export function modelWords({ system, board }: Hardware): string {
  const { vendor, product } = system.product ? system : board
  if (!vendor || product?.startsWith(vendor)) return product ?? ''
  return [vendor, product].filter(Boolean).join(' ')
}
