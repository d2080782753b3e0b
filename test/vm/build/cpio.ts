import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

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

/** Everything below a folder, in an order where folders come before what they hold. */
export function readTree(root: string, below = ''): CpioEntry[] {
  return readdirSync(join(root, below))
    .sort()
    .flatMap((name): CpioEntry[] => {
      const path = join(below, name)
      const full = join(root, path)
      const stats = lstatSync(full)
      if (stats.isDirectory()) return [cpio.folder(path), ...readTree(root, path)]
      if (stats.isSymbolicLink()) return [cpio.link(path, readlinkSync(full))]
      return [cpio.file(path, readFileSync(full), stats.mode & 0o777)]
    })
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
      index + 1,
      entry.mode,
      0,
      0,
      1,
      0,
      data.length,
      0,
      0,
      major,
      minor,
      name.length,
      0,
    ]
    const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`
    add(Buffer.concat([Buffer.from(header), name]))
    add(data)
  })
  add(Buffer.from(`070701${'0'.repeat(32)}00000001${'0'.repeat(48)}0000000b00000000TRAILER!!!\0`))
  return Buffer.concat(parts)
}
