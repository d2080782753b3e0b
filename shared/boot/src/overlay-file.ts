import { randomBytes } from 'node:crypto'
import { appendFile, copyFile, open, readlink, rename, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError, toLinboError } from '@linbo/runtime'
import { bootSetFolder, bootSetTarget } from './boot-set.ts'
import { currentBootSet, recordOf } from './boot-sets.ts'
import { deriveBootSet } from './boot-sets-derive.ts'
import { activateBootSet } from './boot-sets-switch.ts'
import { firstEntry } from './cpio.ts'
import { writeMd5Files } from './md5-files.ts'
import { overlayFolder, serverOverlay } from './server-overlay.ts'

const name = 'linbofs64'
/** More than any overlay has; it is looked for this far from the end. */
const tailBytes = 65_536

/** The overlay a `linbofs64` ends with. */
interface FoundOverlay {
  server: string
  /** Size of the initramfs before it. */
  baseBytes: number
}

/** The server that `linbofs64` below root sends machines to, or undefined when it has no overlay or is missing. */
export async function overlayServer(root: string): Promise<string | undefined> {
  const found = await findOverlay(join(root, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return found?.server
}

/**
 * Gives `linbofs64` below root the overlay of a server, or takes it away when that is undefined, and counts its
 * MD5 anew. Machines load the changed file at their next boot. Where the boot files come from a set, it becomes part
 * of a new set, which is activated.
 * @returns false when it was so already.
 * @throws LinboError `BOOT_NO_INITRAMFS`, `BOOT_OVERLAY_FAILED`
 */
export async function setOverlay(root: string, server: string | undefined): Promise<boolean> {
  const path = join(root, name)
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size === 0) {
    throw new LinboError('BOOT_NO_INITRAMFS', `there is no ${name} below ${root}`, {
      fix: 'Put linbo64 and linbofs64 of the linuxmuster-linbo7 package there first.',
    })
  }
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  try {
    const found = await findOverlay(path)
    const baseBytes = found?.baseBytes ?? size
    const overlay = server ? overlayOf(server, baseBytes) : Buffer.alloc(0)
    if (await endsWith(path, baseBytes, overlay)) return false
    const make = async (to: string) => {
      await copyFile(path, to)
      await truncate(to, baseBytes)
      await appendFile(to, overlay)
    }
    const isInSet = (await readlink(path).catch(() => undefined)) === bootSetTarget(name)
    const set = isInSet ? await currentBootSet(root) : undefined
    if (set !== undefined) {
      await switchToDerived(root, set, server, make)
      return true
    }
    await make(temporary)
    // Clients check one file against the other: without the MD5 they leave both alone for the moment.
    await rm(`${path}.md5`, { force: true })
    await rename(temporary, path)
    await writeMd5Files(root)
    return true
  } catch (error) {
    throw toLinboError(
      error,
      'BOOT_OVERLAY_FAILED',
      `cannot write ${path}`,
      'Give the suite the right to write in LINBO_DIR, and room for another linbofs64.',
    )
  } finally {
    await rm(temporary, { force: true })
  }
}

/** The line about our overlay in the record of a set. */
const overlayLine = 'LINBO server '

async function switchToDerived(
  root: string,
  from: string,
  server: string | undefined,
  make: (path: string) => Promise<void>,
): Promise<void> {
  const before = await recordOf(join(root, bootSetFolder, from))
  const overlay = before.overlay.filter((line) => !line.startsWith(overlayLine))
  if (server) overlay.push(overlayLine + server)
  const now = Date.now()
  await activateBootSet(root, await deriveBootSet(root, from, { now, overlay, make }), { now })
}

/** The kernel takes up an archive at multiples of four bytes only. */
function overlayOf(server: string, baseBytes: number): Buffer {
  return Buffer.concat([Buffer.alloc(-baseBytes & 3), serverOverlay(server, baseBytes)])
}

async function endsWith(path: string, from: number, bytes: Buffer): Promise<boolean> {
  return (await readFrom(path, from)).equals(bytes)
}

async function findOverlay(path: string): Promise<FoundOverlay | undefined> {
  const { size } = await stat(path)
  const tail = await readFrom(path, Math.max(0, size - tailBytes))
  const mark = tail.indexOf(`${overlayFolder}/base-size\0`)
  const first = mark < 110 ? undefined : firstEntry(tail.subarray(mark - 110))
  const baseBytes = Number(first?.data.toString())
  if (!first || !Number.isSafeInteger(baseBytes) || baseBytes > size) return undefined
  const after = first.data.byteOffset - tail.byteOffset + ((first.data.length + 3) & ~3)
  const second = firstEntry(tail.subarray(after))
  return { baseBytes, server: second?.data.toString().trim() ?? '' }
}

async function readFrom(path: string, at: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const bytes = Buffer.alloc(Math.max(0, size - at))
    await file.read(bytes, 0, bytes.length, at)
    return bytes
  } finally {
    await file.close()
  }
}
