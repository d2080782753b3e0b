import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError } from '@linbo/runtime'

/** Sizes of the images below a folder `images`, by file name: `<folder>/<base>/<base>.qcow2`, `.qdiff`, `.iso`. */
export async function imageSizes(folder: string): Promise<Record<string, number>> {
  const sizes: Record<string, number> = Object.create(null)
  for (const base of await listFolder(folder)) {
    for (const kind of ['qcow2', 'qdiff', 'iso']) {
      const name = `${base}.${kind}`
      const found = await stat(join(folder, base, name)).catch(() => undefined)
      if (found?.isFile()) sizes[name] = found.size
    }
  }
  return sizes
}

function listFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch((cause) => {
    const fix = 'Name the folder images below LINBO_DIR.'
    throw new LinboError('FILE_UNREADABLE', `cannot read ${folder}`, { fix, cause })
  })
}
