const regularFile = 0o100000
const directory = 0o040000
const symbolicLink = 0o120000
const characterDevice = 0o020000

export interface CpioEntry {
  /** Path without a leading slash. */
  path: string
  /** Type and permission bits as in stat(2). */
  mode: number
  /** File content, or a link's target. */
  data?: Uint8Array | string
  /** Major and minor number of a device. */
  device?: [number, number]
}

/** What an archive is made of. */
export const cpio = {
  file: (path: string, data: Uint8Array | string, permissions = 0o644): CpioEntry => ({
    path,
    mode: regularFile | permissions,
    data,
  }),
  folder: (path: string, permissions = 0o755): CpioEntry => ({
    path,
    mode: directory | permissions,
  }),
  link: (path: string, target: string): CpioEntry => ({
    path,
    mode: symbolicLink | 0o777,
    data: target,
  }),
  device: (path: string, major: number, minor: number): CpioEntry => ({
    path,
    mode: characterDevice | 0o600,
    device: [major, minor],
  }),
}

/** A "newc" archive as the kernel unpacks it (Documentation/driver-api/early-userspace/buffer-format). Owner is root. */
export function packCpio(entries: CpioEntry[]): Buffer {
  const parts: Uint8Array[] = []
  entries.forEach((entry, index) => {
    const data = Buffer.from(entry.data ?? '')
    parts.push(cpioHead(entry, index + 1, data.length), data, cpioPadding(data.length))
  })
  return Buffer.concat([...parts, cpioEnd])
}

/**
 * What stands before an entry's content: its header and name, padded. The content follows, then `cpioPadding()`.
 * @param number inode number, different for each entry of an archive
 * @param sizeBytes length of the content
 */
export function cpioHead(
  entry: Pick<CpioEntry, 'path' | 'mode' | 'device'>,
  number: number,
  sizeBytes: number,
): Buffer {
  const name = Buffer.from(`${entry.path}\0`)
  const [major, minor] = entry.device ?? [0, 0]
  const fields = [
    ...[number, entry.mode, 0, 0, 1, 0, sizeBytes],
    ...[0, 0, major, minor, name.length, 0],
  ]
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`
  return Buffer.concat([Buffer.from(header), name, cpioPadding(header.length + name.length)])
}

/** Zeros up to the next multiple of four. */
export function cpioPadding(length: number): Uint8Array {
  return new Uint8Array(-length & 3)
}

/** What an archive ends with. */
export const cpioEnd: Uint8Array = Buffer.from(
  `070701${'0'.repeat(32)}00000001${'0'.repeat(48)}0000000b00000000TRAILER!!!\0\0\0\0`,
)

/** The first file of a newc archive. */
export interface FirstEntry {
  path: string
  data: Buffer
}

const headerBytes = 110

/** Reads the first entry; undefined when there is no newc archive here. */
export function firstEntry(archive: Buffer): FirstEntry | undefined {
  if (archive.toString('latin1', 0, 6) !== '070701') return undefined
  const field = (at: number) => Number.parseInt(archive.toString('latin1', at, at + 8), 16)
  const [size, nameSize] = [field(54), field(94)]
  const start = (headerBytes + nameSize + 3) & ~3
  if (!Number.isInteger(size + nameSize) || archive.length < start + size) return undefined
  const path = archive.toString('utf8', headerBytes, headerBytes + nameSize - 1)
  return { path, data: archive.subarray(start, start + size) }
}
