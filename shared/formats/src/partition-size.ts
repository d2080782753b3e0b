const units: Record<string, number> = { '': 1, k: 1, m: 1024, g: 1024 ** 2, t: 1024 ** 3 }

export interface PartitionSize {
  /** What the client makes of it, or null for the rest of the disk. */
  sizeBytes: number | null
  /** Set when the client cannot do what the text says; `sizeBytes` is then null. */
  error?: string
  /** Set when the client does something the text does not say. */
  warning?: string
}

/**
 * Reads a partition's `Size` as the client does: a number and the first letter of a unit (KiB when there is
 * none), fractions cut off, whole MiB rounded down to an even number; nothing means the rest of the disk.
 */
export function parsePartitionSize(text: string): PartitionSize {
  const written = text.trim()
  if (written === '') return { sizeBytes: null }
  const found = written.match(/^(\d{1,12})(?:[.,](\d*))?\s*([kmgt]?)([a-z]*)$/i)
  if (!found) return { sizeBytes: null, error: `"${written}" is no size` }
  const [, whole = '', fraction, unit = ''] = found
  const kib = Number(whole) * (units[unit.toLowerCase()] ?? 1)
  const mib = Math.floor(kib / 1024)
  const evenMib = mib - (mib % 2)
  if (evenMib === 0) return { sizeBytes: null, error: `"${written}" is less than 2 MiB` }
  const sizeBytes = evenMib * 1024 ** 2
  if (!Number.isSafeInteger(sizeBytes))
    return { sizeBytes: null, error: `"${written}" is larger than any disk` }
  if (fraction !== undefined && Number(fraction) > 0)
    return { sizeBytes, warning: `the client cuts the fraction of "${written}" off` }
  if (unit === '') return { sizeBytes, warning: `"${written}" has no unit and is taken as KiB` }
  return { sizeBytes }
}
