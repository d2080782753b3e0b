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
  const parts: Buffer[] = []
  const add = (part: Buffer) => parts.push(part, Buffer.alloc(-part.length & 3))
  entries.forEach((entry, index) => {
    const data = Buffer.from(entry.data ?? '')
    const name = Buffer.from(`${entry.path}\0`)
    const [major, minor] = entry.device ?? [0, 0]
    const fields = [
      ...[index + 1, entry.mode, 0, 0, 1, 0, data.length],
      ...[0, 0, major, minor, name.length, 0],
    ]
    const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`
    add(Buffer.concat([Buffer.from(header), name]))
    add(data)
  })
  add(Buffer.from(`070701${'0'.repeat(32)}00000001${'0'.repeat(48)}0000000b00000000TRAILER!!!\0`))
  return Buffer.concat(parts)
}

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
