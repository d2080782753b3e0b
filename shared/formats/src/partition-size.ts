const units: Record<string, number> = { '': 1, k: 1, m: 1024, g: 1024 ** 2, t: 1024 ** 3 }

export interface PartitionSize {
  /** What the client makes of it, or null for the rest of the disk. */
  sizeBytes: number | null
  /** Set when the client cannot do what the text says; `sizeBytes` is then null. */
  error?: string
  /** Set when the client does something the text does not say, with what was meant if that can be told. */
  trap?: { kind: 'fraction' | 'no-unit' | 'odd'; meantBytes?: number }
}

/**
 * Reads a partition's `Size` as the client does: a number and the first letter of a unit (KiB when there is
 * none), fractions cut off, whole MiB rounded down to an even number; nothing means the rest of the disk.
 */
export function parsePartitionSize(text: string): PartitionSize {
  const written = text.trim()
  if (written === '') return { sizeBytes: null }
  const found = written.match(/^(\d{1,12})(?:[.,](\d{0,12}))?\s*([kmgt]?)([a-z]*)$/i)
  if (!found) return { sizeBytes: null, error: 'no size' }
  const [, whole = '', fraction = '', unit = ''] = found
  const unitKib = units[unit.toLowerCase()] ?? 1
  const mib = Math.floor((Number(whole) * unitKib) / 1024)
  const evenMib = mib - (mib % 2)
  if (evenMib === 0) return { sizeBytes: null, error: 'less than 2 MiB' }
  const sizeBytes = evenMib * 1024 ** 2
  if (!Number.isSafeInteger(sizeBytes)) return { sizeBytes: null, error: 'larger than any disk' }
  if (Number(fraction) > 0) {
    const meantBytes = Number(`${whole}.${fraction}`) * unitKib * 1024
    return { sizeBytes, trap: { kind: 'fraction', meantBytes } }
  }
  if (unit === '') return { sizeBytes, trap: { kind: 'no-unit' } }
  if (mib !== evenMib) return { sizeBytes, trap: { kind: 'odd' } }
  return { sizeBytes }
}

/** A size as start.conf writes it: the largest unit it is a whole number of, at least MiB. */
export function printPartitionSize(sizeBytes: number): string {
  const mib = Math.floor(sizeBytes / 1024 ** 2 / 2) * 2
  if (mib % 1024 ** 2 === 0 && mib > 0) return `${mib / 1024 ** 2}T`
  return mib % 1024 === 0 && mib > 0 ? `${mib / 1024}G` : `${mib}M`
}
