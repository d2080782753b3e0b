import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyAtomic, toLinboError, writeAtomic } from '@linbo/runtime'
import type { PackageName } from './package.ts'
import { type FoundFile, planServerFiles } from './server-files-plan.ts'
import { listPackages, type StoredPackage } from './store.ts'

const folderName = 'serverfs/'

/** What we put into LINBO_DIR from packages; `placed.json` in the store. */
interface Placed {
  /** The version whose files were put there last. */
  versions: Partial<Record<PackageName, string>>
  /** sha256 by path. */
  files: Record<string, string>
}

export interface PlacedFiles {
  /** Paths relative to LINBO_DIR. */
  written: string[]
  /** Those that somebody changed, and that therefore stayed. */
  kept: string[]
}

/**
 * Brings a package's files for LINBO_DIR there, each atomically. Files that somebody changed stay, unless `replace`.
 * @throws LinboError `PACKAGE_PLACE`
 */
export async function placeServerFiles(options: {
  root: string
  store: string
  package: StoredPackage
  replace?: boolean
  /** sha256 by path of what the suite itself put into LINBO_DIR: its own artwork gives way to a package's. */
  own?: Record<string, string>
}): Promise<PlacedFiles> {
  const { root, store, package: stored, replace = false, own = {} } = options
  const wanted = serverFilesOf(stored)
  const placed = await readPlaced(store)
  const before = (await listPackages(store))
    .filter(({ name }) => name === stored.name)
    .map(serverFilesOf)
  const isOurs = (path: string, sha256: string) =>
    replace ||
    placed.files[path] === sha256 ||
    own[path] === sha256 ||
    before.some((one) => one.get(path) === sha256)
  try {
    const found = new Map<string, FoundFile>()
    for (const path of wanted.keys()) found.set(path, await look(join(root, path)))
    const plan = planServerFiles(wanted, found, isOurs)
    const written: string[] = []
    const kept: string[] = []
    for (const [path, action] of plan) {
      if (action === 'put') {
        await copyAtomic(join(stored.folder, folderName, path), join(root, path), { mode: 0o644 })
        written.push(path)
      }
      if (action === 'keep') kept.push(path)
      else placed.files[path] = wanted.get(path) ?? ''
    }
    placed.versions[stored.name] = stored.version
    await writeAtomic(recordPath(store), `${JSON.stringify(placed, null, 2)}\n`)
    return { written, kept }
  } catch (error) {
    throw toLinboError(
      error,
      'PACKAGE_PLACE',
      `the files of ${stored.id} cannot be put into LINBO_DIR`,
      'Give the suite the right to write there, then activate the package again.',
    )
  }
}

/** The version whose files lie in LINBO_DIR, as far as we put them there. */
export async function placedVersion(store: string, name: PackageName): Promise<string | undefined> {
  return (await readPlaced(store)).versions[name]
}

/** sha256 of the files for LINBO_DIR, by their path there. */
function serverFilesOf({ files }: StoredPackage): Map<string, string> {
  const mine = Object.entries(files).filter(([path]) => path.startsWith(folderName))
  return new Map(mine.map(([path, { sha256 }]) => [path.slice(folderName.length), sha256]))
}

const recordPath = (store: string) => join(store, 'placed.json')

async function readPlaced(store: string): Promise<Placed> {
  const text = await readFile(recordPath(store), 'utf8').catch(() => undefined)
  try {
    if (text !== undefined) return JSON.parse(text) as Placed
  } catch {
    // Without the record nothing counts as ours, and nothing is overwritten.
  }
  return { versions: {}, files: {} }
}

async function look(path: string): Promise<FoundFile> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!found) return undefined
  if (!found.isFile()) return 'other'
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return { sha256: hash.digest('hex') }
}
