/** The files that are switched together. */
export const bootSetFiles = [
  'linbo64',
  'linbo64.md5',
  'linbofs64',
  'linbofs64.md5',
  'linbo-version',
] as const
export type BootSetFile = (typeof bootSetFiles)[number]

/** Holds the sets, below LINBO_DIR; the daemons and servers give nothing of it out under its own name. */
export const bootSetFolder = '.boot'
/** The link in it that names the current set. */
export const currentLink = 'current'
/** The link in it to the set that was made of the files that last lay there by themselves. */
export const foundLink = 'found'

/** What is told about a set; the file `set.json` in it. */
export interface BootSetRecord {
  /** Version of the package it was made from; null for files that were found. */
  version: string | null
  /** ISO 8601, UTC. */
  madeAt: string
  /** Who had it made. */
  by: string | null
  /** In hex; null where nobody counted. */
  sha256: { linbo64: string | null; linbofs64: string | null }
  /** What was put over the package's initramfs, for people. */
  overlay: string[]
}

const names: ReadonlySet<string> = new Set(bootSetFiles)

export function isBootSetFile(path: string): path is BootSetFile {
  return names.has(path)
}

/** What the link of such a file says when the file comes from the current set. */
export const bootSetTarget = (name: BootSetFile) => `${bootSetFolder}/${currentLink}/${name}`

/** Whether the path (below LINBO_DIR) is that file in one of the sets. */
export function liesInBootSet(path: string, name: string): boolean {
  if (!isBootSetFile(name)) return false
  const [folder, id, file, ...more] = path.split('/')
  return folder === bootSetFolder && isBootSetId(id) && file === name && more.length === 0
}

export function isBootSetId(id: string | undefined): id is string {
  return id !== undefined && /^[0-9A-Za-z][\w.+~-]{0,99}$/.test(id)
}

/** Reads `set.json`, whoever wrote it; undefined when it is none. */
export function parseBootSetRecord(text: string): BootSetRecord | undefined {
  let read: Record<string, unknown>
  try {
    read = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return undefined
  const { version, madeAt, by, sha256, overlay } = read
  if (typeof madeAt !== 'string' || Number.isNaN(Date.parse(madeAt))) return undefined
  const sums = (typeof sha256 === 'object' ? sha256 : null) as Record<string, unknown> | null
  return {
    version: textOf(version),
    madeAt: new Date(madeAt).toISOString(),
    by: textOf(by),
    sha256: { linbo64: textOf(sums?.linbo64), linbofs64: textOf(sums?.linbofs64) },
    overlay: Array.isArray(overlay) ? overlay.filter((line) => typeof line === 'string') : [],
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/**
 * The id of a new set: when it was made and what it holds, so that names sort by time and tell sets apart.
 * @param taken ids there are already.
 */
export function newBootSetId(
  prefix: '' | 'found-',
  madeAt: string,
  sha256: string | null,
  taken: ReadonlySet<string>,
): string {
  const [day, time] = madeAt.slice(0, 19).split('T') as [string, string]
  const digest = sha256 ? `-${sha256.slice(0, 8)}` : ''
  const id = `${prefix}${day.replaceAll('-', '')}-${time.replaceAll(':', '')}${digest}`
  for (let count = 1; ; count++) {
    const name = count === 1 ? id : `${id}-${count}`
    if (!taken.has(name)) return name
  }
}
