import { createHash, type Hash } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError, toLinboError, writeAtomic } from '@linbo/runtime'
import { ArchiveError } from './archive-error.ts'
import type { BootPackage, PackageManifest, Verification } from './package.ts'
import { checkSignature } from './signature.ts'
import {
  bootPackageOf,
  findPackage,
  freeBytes,
  openImport,
  packageId,
  type StoredPackage,
} from './store.ts'
import type { TarLimits } from './tar.ts'
import { checkKernel, type DebControl, readControl, unpackDeb } from './unpack.ts'

export type ImportStep = 'receive' | 'verify' | 'unpack' | 'check' | 'prepare'

export interface ImportOptions {
  /** `LINBO_DATA_DIR/boot-packages` */
  store: string
  /** The .deb, as it comes. */
  source: AsyncIterable<Uint8Array>
  /** How long the source says it is, when it does. */
  sizeBytes?: number
  /** Longest .deb that is taken. */
  maxBytes: number
  by: string
  now: Date
  /** sha256 that the .deb must have, hexadecimal. */
  expectedSha256?: string
  /** A detached OpenPGP signature of the .deb. */
  signature?: Uint8Array
  /** File of the public keys that are trusted. */
  keyring: string
  /** Makes what is needed from a linuxmuster-linbo7 beyond its files; in its folder, before the package is there for others. */
  prepare?(pkg: BootPackage): Promise<unknown>
  tell?(step: ImportStep, percent: number | null): void
  limits?: TarLimits
  /** Free bytes where the store is. */
  free?(store: string): Promise<number>
}

export interface Imported {
  package: StoredPackage
  /** False when exactly this package was there already. */
  isNew: boolean
}

/** What a package takes while it is imported: the .deb, what is unpacked of it, and what is made from that. */
const spaceFactor = 3

/**
 * Takes a .deb of upstream's into the store: receives, verifies, unpacks and checks it in a folder of its own, which then
 * becomes the package with one rename. Whatever goes wrong, nothing has changed.
 * @throws LinboError `PACKAGE_BROKEN`, `PACKAGE_OTHER`, `PACKAGE_KERNEL`, `PACKAGE_CHECKSUM`, `PACKAGE_SIGNATURE`,
 * `PACKAGE_KEYRING`, `PACKAGE_EXISTS`, `PACKAGE_TOO_LARGE`, `PACKAGE_NO_SPACE`, `PACKAGE_STORE`, `CHILD_MISSING`
 */
export async function importPackage(options: ImportOptions): Promise<Imported> {
  const { store, tell = () => {} } = options
  const work = await openImport(store)
  try {
    await checkSpace(options)
    const deb = join(work, 'package.deb')
    tell('receive', null)
    const received = await receive(options, deb)
    tell('verify', null)
    const { sha256, signature } = await verify(options, work, deb, received.sha256)
    const control = await readControl(deb)
    const known = await alreadyThere(store, control, received.sha256)
    if (known) return { package: known, isNew: false }
    const folder = join(work, 'package')
    await mkdir(folder, { mode: 0o750 })
    const unpacking = {
      ...(options.limits ? { limits: options.limits } : {}),
      onProgress: (percent: number) => tell('unpack', percent),
    }
    const files = await unpackDeb(deb, folder, control, unpacking)
    await rm(deb)
    tell('check', null)
    const isLinbo = control.name === 'linuxmuster-linbo7'
    const manifest: PackageManifest = {
      name: control.name,
      version: control.version,
      ...(isLinbo ? { kernelVersion: await checkKernel(folder) } : {}),
      ...received,
      importedAt: options.now.toISOString(),
      importedBy: options.by,
      verification: { md5sums: control.md5sums ? 'checked' : 'missing', sha256, signature },
      files,
    }
    const id = packageId(manifest.name, manifest.version)
    if (isLinbo) {
      tell('prepare', null)
      await options.prepare?.(bootPackageOf({ ...manifest, id, folder }))
    }
    await writeAtomic(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    return await publish(store, folder, { ...manifest, id, folder: join(store, id) })
  } catch (error) {
    if (error instanceof ArchiveError)
      throw new LinboError('PACKAGE_BROKEN', `the package cannot be used: ${error.message}`, {
        fix: 'Download it again; take it from the package repository of linuxmuster.net.',
        cause: error,
      })
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC' || code === 'EDQUOT') throw noSpace('the disk is full')
    throw toLinboError(
      error,
      'PACKAGE_STORE',
      'the package cannot be kept',
      'Look at the server’s log.',
    )
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function checkSpace({ store, sizeBytes, maxBytes, free = freeBytes }: ImportOptions) {
  if (sizeBytes === undefined) return
  if (sizeBytes > maxBytes) throw tooLarge(maxBytes)
  const [needed, has] = [sizeBytes * spaceFactor, await free(store)]
  if (has < needed)
    throw noSpace(`the import takes up to ${megabytes(needed)}, ${megabytes(has)} are free`)
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

async function receive(options: ImportOptions, deb: string) {
  const { source, maxBytes, sizeBytes, tell } = options
  const sha256: Hash = createHash('sha256')
  let received = 0
  const file = await open(deb, 'wx', 0o640)
  try {
    for await (const piece of source) {
      received += piece.length
      if (received > maxBytes) throw tooLarge(maxBytes)
      sha256.update(piece)
      await file.writeFile(piece)
      if (sizeBytes) tell?.('receive', Math.floor((received / sizeBytes) * 100))
    }
  } finally {
    await file.close()
  }
  return { sha256: sha256.digest('hex'), sizeBytes: received }
}

/** Before a byte of it is believed. */
async function verify(
  { expectedSha256, signature, keyring }: ImportOptions,
  folder: string,
  file: string,
  sha256: string,
): Promise<Pick<Verification, 'sha256' | 'signature'>> {
  if (expectedSha256 !== undefined && expectedSha256.toLowerCase() !== sha256)
    throw new LinboError(
      'PACKAGE_CHECKSUM',
      `the package has the sha256 ${sha256}, not the one you gave`,
      {
        fix: 'Download it again, and compare with the sha256 where it comes from.',
      },
    )
  return {
    sha256: expectedSha256 === undefined ? 'not-given' : 'matched',
    signature: signature
      ? { status: 'good', ...(await checkSignature({ file, signature, keyring, folder })) }
      : { status: 'not-given' },
  }
}

async function alreadyThere(
  store: string,
  { name, version }: Pick<DebControl, 'name' | 'version'>,
  sha256: string,
): Promise<StoredPackage | undefined> {
  const id = packageId(name, version)
  const known = await findPackage(store, id).catch(() => undefined)
  if (!known || known.sha256 === sha256) return known
  throw new LinboError('PACKAGE_EXISTS', `${id} is here already, with other contents`, {
    fix: `Remove it first: linbo boot remove ${id}`,
  })
}

/** The rename decides between two imports of the same package. */
async function publish(store: string, folder: string, stored: StoredPackage): Promise<Imported> {
  try {
    await rename(folder, stored.folder)
    return { package: stored, isNew: true }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
    const known = await alreadyThere(store, stored, stored.sha256)
    if (!known) throw error
    return { package: known, isNew: false }
  }
}
