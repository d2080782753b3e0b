import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bootSetFolder, currentLink } from './boot-set.ts'
import { firstEntry } from './cpio.ts'

/** Where older versions of the suite put a file that says how long the initramfs was without their overlay. */
const mark = 'usr/share/linbo-server/base-size\0'
const headerBytes = 110
/** More than any such overlay has; it is looked for this far from the end. */
const tailBytes = 65_536

interface FoundOverlay {
  server: string
  /** Size of the initramfs before it. */
  baseBytes: number
}

/** The server that `linbofs64` below root itself sends machines to; undefined when DHCP tells them. */
export async function overlayServer(root: string): Promise<string | undefined> {
  const record = join(root, bootSetFolder, currentLink, 'set.json')
  const { server } = JSON.parse(await readFile(record, 'utf8').catch(() => '{}'))
  if (server !== undefined) return server ?? undefined
  return (await findOverlay(join(root, 'linbofs64')))?.server
}

/**
 * How many bytes of an initramfs that was found are LINBO's own; what follows them is an overlay of an older version of
 * the suite. 0 when there is no such file.
 */
export async function initramfsBytes(path: string): Promise<number> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  return (await findOverlay(path))?.baseBytes ?? size
}

async function findOverlay(path: string): Promise<FoundOverlay | undefined> {
  const tail = await readTail(path)
  const at = tail.indexOf(mark)
  const first = at < headerBytes ? undefined : firstEntry(tail.subarray(at - headerBytes))
  const baseBytes = Number(first?.data.toString())
  if (!first || !Number.isSafeInteger(baseBytes)) return undefined
  const after = first.data.byteOffset - tail.byteOffset + ((first.data.length + 3) & ~3)
  const second = firstEntry(tail.subarray(after))
  return { baseBytes, server: second?.data.toString().trim() ?? '' }
}

/** Empty when the file is missing. */
async function readTail(path: string): Promise<Buffer> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!file) return Buffer.alloc(0)
  try {
    const { size } = await file.stat()
    const bytes = Buffer.alloc(Math.min(size, tailBytes))
    await file.read(bytes, 0, bytes.length, size - bytes.length)
    return bytes
  } finally {
    await file.close()
  }
}
