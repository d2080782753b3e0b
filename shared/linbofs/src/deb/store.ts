import { mkdir, mkdtemp, readdir, readFile, rename, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError, toLinboError } from '@linbo/runtime'
import type { BootPackage, PackageManifest, PackageName } from './package.ts'
import { compareVersions } from './version.ts'

const manifestName = 'manifest.json'
const importPrefix = '.import-'
const removedPrefix = '.removed-'

/** A package in the store. */
export interface StoredPackage extends PackageManifest {
  /** `<name>_<version>`, which is also its folder's name. */
  id: string
  folder: string
}

export const packageId = (name: PackageName, version: string) => `${name}_${version}`

/** The imported packages, the newest version first. A folder without a readable manifest is none. */
export async function listPackages(store: string): Promise<StoredPackage[]> {
  const names = await readdir(store).catch((): string[] => [])
  const found = await Promise.all(
    names.filter((name) => !name.startsWith('.')).map((id) => readStored(store, id)),
  )
  return found
    .filter((one) => one !== undefined)
    .sort((a, b) => a.name.localeCompare(b.name) || compareVersions(b.version, a.version))
}

async function readStored(store: string, id: string): Promise<StoredPackage | undefined> {
  const folder = join(store, id)
  const manifest = await readFile(join(folder, manifestName), 'utf8')
    .then((text) => JSON.parse(text) as PackageManifest)
    .catch(() => undefined)
  if (!manifest) return undefined
  return packageId(manifest.name, manifest.version) === id ? { ...manifest, id, folder } : undefined
}

/**
 * A package by its id, or by its version alone when only one has that.
 * @throws LinboError `PACKAGE_UNKNOWN`
 */
export async function findPackage(store: string, asked: string): Promise<StoredPackage> {
  const packages = await listPackages(store)
  const exact = packages.find(({ id }) => id === asked)
  const [found, ...more] = exact ? [exact] : packages.filter(({ version }) => version === asked)
  if (found && more.length === 0) return found
  const known = (found ? [found, ...more] : packages).map(({ id }) => id).join(', ')
  throw new LinboError(
    'PACKAGE_UNKNOWN',
    found ? `several packages have the version ${asked}` : `there is no package ${asked}`,
    { fix: known ? `Name one of these: ${known}.` : 'Import one: linbo boot import FILE.deb' },
  )
}

/** What a boot set is built from. @throws LinboError `PACKAGE_OTHER` for the GUI's package. */
export function bootPackageOf(stored: StoredPackage): BootPackage {
  const { version, folder, sha256, kernelVersion } = stored
  if (kernelVersion === undefined)
    throw new LinboError('PACKAGE_OTHER', `${stored.id} brings no kernel`, {
      fix: 'Name a version of linuxmuster-linbo7.',
    })
  return { version, folder, sha256, kernelVersion }
}

/** Forgets a package at once; its files go after that. */
export async function removePackage(store: string, stored: StoredPackage): Promise<void> {
  const going = await mkdtemp(join(store, removedPrefix))
  await rename(stored.folder, join(going, stored.id))
  await rm(going, { recursive: true, force: true })
}

/** Removes what imports and removals left behind that were interrupted. For the one process that imports, before it does. */
export async function sweepStore(store: string): Promise<void> {
  for (const name of await readdir(store).catch((): string[] => [])) {
    if (name.startsWith(importPrefix) || name.startsWith(removedPrefix))
      await rm(join(store, name), { recursive: true, force: true })
  }
}

/** A folder of its own for one import, on the store's file system. @throws LinboError `PACKAGE_STORE` */
export async function openImport(store: string): Promise<string> {
  try {
    await mkdir(store, { recursive: true, mode: 0o750 })
    return await mkdtemp(join(store, importPrefix))
  } catch (error) {
    throw toLinboError(
      error,
      'PACKAGE_STORE',
      'packages cannot be kept',
      'Give the suite the right to write in LINBO_DATA_DIR.',
    )
  }
}

/** Bytes that are free for us where the store is. */
export async function freeBytes(store: string): Promise<number> {
  const { bavail, bsize } = await statfs(store)
  return bavail * bsize
}
