import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Where built things are kept between runs; git ignores it. */
export const cacheRoot = join(import.meta.dirname, '..', '.cache')

/**
 * Returns the folder `<name>-<hash of inputs>` in the cache; builds it first when it is not there.
 * Older folders of the same name are removed, so the cache holds one version of each thing.
 */
export async function cached(
  name: string,
  inputs: string[],
  build: (folder: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16)
  const target = join(cacheRoot, `${name}-${hash}`)
  if (existsSync(target)) return target
  await mkdir(cacheRoot, { recursive: true })
  const folder = await mkdtemp(join(cacheRoot, '.building-'))
  try {
    await build(folder)
    for (const old of await readdir(cacheRoot)) {
      if (old.startsWith(`${name}-`)) await rm(join(cacheRoot, old), { recursive: true })
    }
    await rename(folder, target)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return target
}

/** Identifies an installed file by its size and time of change, as input for `cached`. */
export async function fileStamp(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path)
  return `${path}:${size}:${mtimeMs}`
}

/** The text of a folder's files and their names, as input for `cached`. */
export async function folderContent(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  return Promise.all(names.map(async (name) => `${name}\n${await readFile(name, 'utf8')}`))
}
