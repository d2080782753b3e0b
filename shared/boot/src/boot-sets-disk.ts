import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { toLinboError } from '@linbo/runtime'
import { bootSetFolder } from './boot-set.ts'

/** Brings a file or the names in a folder to the disk. */
export async function flush(path: string): Promise<void> {
  const handle = await open(path)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Does something below `.boot`, and tells what to do when that cannot be written. */
export function writing<T>(root: string, work: () => Promise<T>): Promise<T> {
  return work().catch((error) => {
    throw toLinboError(
      error,
      'BOOT_SET_UNWRITABLE',
      `cannot write ${join(root, bootSetFolder)}`,
      'Give the suite the right to write in LINBO_DIR, and room for another linbo64 and linbofs64.',
    )
  })
}
