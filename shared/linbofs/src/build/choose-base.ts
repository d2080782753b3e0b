import { lstat, readFile, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { currentBootSet, initramfsBytes } from '@linbo/boot'
import { LinboError } from '@linbo/runtime'
import type { BootPackage } from '../deb/package.ts'
import { bootPackageOf, listPackages, type StoredPackage } from '../deb/store.ts'
import { type BootBase, foundBase, packageBase } from './boot-base.ts'

/** What `set.json` says about the base of a set that we built. */
export interface BaseRecord {
  kind: BootBase['kind']
  name: string
  /** How much of its `linbofs64` is the base; 0 when it cannot be told apart. */
  bytes: number
  /** Size of that `linbofs64`: another one was copied over it when it differs. */
  sizeBytes: number
}

export interface ChooseOptions {
  /** LINBO_DIR. */
  root: string
  /** Folder of the imported packages. */
  store: string
  onProgress?(text: string): void
  signal?: AbortSignal
}

const sets = '.boot'

/**
 * The base to build on when nobody named a package: files that somebody put into LINBO_DIR, else what the current set
 * was built on, else the newest package.
 * @throws LinboError `LINBOFS_NO_BASE`, and as `packageBase`
 */
export async function chooseBase(options: ChooseOptions): Promise<{
  base: BootBase
  boot?: BootPackage
}> {
  const { root, store } = options
  const ofPackage = async (boot: BootPackage) => ({ base: await packageBase(boot, options), boot })
  const packages = await kernelPackages(store)
  if ((await isFile(join(root, 'linbofs64'))) && (await isFile(join(root, 'linbo64')))) {
    return { base: await found(root, 'found') }
  }
  const current = await currentBootSet(root)
  if (current !== undefined) {
    const record = await readBaseRecord(join(root, sets, current))
    const same = record?.kind === 'package' && packages.find((one) => one.version === record.name)
    if (same) return ofPackage(bootPackageOf(same))
    if (!record) return { base: await found(join(root, sets, current), current) }
    const { name, bytes } = record
    if (bytes > 0) return { base: await foundBase(join(root, sets, current), name, bytes) }
    const first = await readlink(join(root, sets, 'found')).catch(() => undefined)
    if (record.kind === 'found' && first && (await isFile(join(root, sets, first, 'linbofs64'))))
      return { base: await found(join(root, sets, first), name) }
  }
  const [newest] = packages
  if (newest) return ofPackage(bootPackageOf(newest))
  throw new LinboError('LINBOFS_NO_BASE', 'there is no LINBO to build boot files from', {
    fix: 'Import its package: linbo boot import linuxmuster-linbo7_*.deb; or put linbo64 and linbofs64 into LINBO_DIR.',
  })
}

async function found(folder: string, name: string): Promise<BootBase> {
  return foundBase(folder, name, await initramfsBytes(join(folder, 'linbofs64')))
}

async function kernelPackages(store: string): Promise<StoredPackage[]> {
  return (await listPackages(store)).filter((one) => one.kernelVersion !== undefined)
}

/** Undefined for a set that was not built by us, or whose initramfs somebody replaced. */
async function readBaseRecord(folder: string): Promise<BaseRecord | undefined> {
  try {
    const { base } = JSON.parse(await readFile(join(folder, 'set.json'), 'utf8'))
    const { kind, name, bytes, sizeBytes } = base
    const isOurs = ['package', 'found'].includes(kind) && typeof name === 'string'
    if (!isOurs || !Number.isSafeInteger(bytes) || bytes > sizeBytes) return undefined
    const { size } = await stat(join(folder, 'linbofs64'))
    return size === sizeBytes ? { kind, name, bytes, sizeBytes } : undefined
  } catch {
    return undefined
  }
}

/** A plain file that is not empty, not a link into a set. */
async function isFile(path: string): Promise<boolean> {
  const there = await lstat(path).catch(() => undefined)
  if (there?.isSymbolicLink() && (await readlink(path)).startsWith(`${sets}/`)) return false
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() === true && found.size > 0
}
