import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError, toLinboError } from '@linbo/runtime'
import { freeBytes, openImport } from './store.ts'

export interface ReceiveOptions {
  /** `LINBO_DATA_DIR/boot-packages` */
  store: string
  /** The .deb, as it comes. */
  source: AsyncIterable<Uint8Array>
  /** How long the source says it is, when it does. */
  sizeBytes?: number
  /** Longest .deb that is taken. */
  maxBytes: number
  /** Free bytes where the store is. */
  free?(store: string): Promise<number>
}

/** A .deb that has arrived and that nobody has looked into yet. */
export interface ReceivedPackage {
  /** A folder of its own in the store; `dropReceived` or the import removes it. */
  folder: string
  deb: string
  /** Hexadecimal. */
  sha256: string
  sizeBytes: number
}

/** What a package takes while it is imported: the .deb, what is unpacked of it, and what is made from that. */
const spaceFactor = 3

/**
 * Writes a .deb into a folder of its own in the store.
 * @throws LinboError `PACKAGE_TOO_LARGE`, `PACKAGE_NO_SPACE`, `PACKAGE_STORE`
 */
export async function receivePackage(options: ReceiveOptions): Promise<ReceivedPackage> {
  const { store, source, maxBytes, sizeBytes = 0, free = freeBytes } = options
  if (sizeBytes > maxBytes) throw tooLarge(maxBytes)
  const folder = await openImport(store)
  const deb = join(folder, 'package.deb')
  try {
    const [needed, has] = [sizeBytes * spaceFactor, await free(store)]
    if (has < needed)
      throw noSpace(`the import takes up to ${megabytes(needed)}, ${megabytes(has)} are free`)
    const hash = createHash('sha256')
    let received = 0
    const file = await open(deb, 'wx', 0o640)
    try {
      for await (const piece of source) {
        received += piece.length
        if (received > maxBytes) throw tooLarge(maxBytes)
        hash.update(piece)
        await file.writeFile(piece)
      }
    } finally {
      await file.close()
    }
    return { folder, deb, sha256: hash.digest('hex'), sizeBytes: received }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw storeError(error)
  }
}

/** Removes what was received. */
export function dropReceived({ folder }: ReceivedPackage): Promise<void> {
  return rm(folder, { recursive: true, force: true })
}

/** Whatever kept a package from being kept. */
export function storeError(error: unknown): LinboError {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return noSpace('the disk is full')
  return toLinboError(
    error,
    'PACKAGE_STORE',
    'the package cannot be kept',
    'Give the suite the right to write in LINBO_DATA_DIR, then send the package again.',
  )
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1_000_000)} MB`

const noSpace = (message: string) =>
  new LinboError('PACKAGE_NO_SPACE', message, {
    fix: 'Free some space where LINBO_DATA_DIR is, for example: linbo boot remove VERSION',
  })

const tooLarge = (maxBytes: number) =>
  new LinboError('PACKAGE_TOO_LARGE', `the package has more than ${megabytes(maxBytes)}`, {
    fix: 'Check the file, or raise LINBO_PACKAGE_MB.',
  })
