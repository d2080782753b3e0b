import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LinboError, writeAtomic } from '@linbo/runtime'
import { ArchiveError } from './archive-error.ts'
import type { BootPackage, PackageManifest, Verification } from './package.ts'
import { dropReceived, type ReceivedPackage, storeError } from './receive.ts'
import { checkSignature } from './signature.ts'
import { bootPackageOf, findPackage, packageId, type StoredPackage } from './store.ts'
import type { TarLimits } from './tar.ts'
import { checkKernel, type DebControl, readControl, unpackDeb } from './unpack.ts'

export type ImportStep = 'verify' | 'unpack' | 'check' | 'prepare'

export interface ImportOptions {
  /** `LINBO_DATA_DIR/boot-packages` */
  store: string
  received: ReceivedPackage
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
}

export interface Imported {
  package: StoredPackage
  /** False when exactly this package was there already. */
  isNew: boolean
}

/**
 * Takes a .deb of upstream's into the store: verifies, unpacks and checks it in the folder it was received in, a part of
 * which then becomes the package with one rename. Whatever goes wrong, nothing has changed.
 * @throws LinboError `PACKAGE_BROKEN`, `PACKAGE_OTHER`, `PACKAGE_KERNEL`, `PACKAGE_CHECKSUM`, `PACKAGE_SIGNATURE`,
 * `PACKAGE_KEYRING`, `PACKAGE_EXISTS`, `PACKAGE_NO_SPACE`, `PACKAGE_STORE`, `CHILD_MISSING`
 */
export async function importPackage(options: ImportOptions): Promise<Imported> {
  const { store, received } = options
  try {
    const verified = await verify(options)
    const control = await readControl(received.deb)
    const known = await alreadyThere(store, control, received.sha256)
    if (known) return { package: known, isNew: false }
    return await publish(store, await unpack(options, control, verified))
  } catch (error) {
    if (error instanceof ArchiveError)
      throw new LinboError('PACKAGE_BROKEN', `the package cannot be used: ${error.message}`, {
        fix: 'Download it again; take it from the package repository of linuxmuster.net.',
        cause: error,
      })
    throw storeError(error)
  } finally {
    await dropReceived(received)
  }
}

/** What can be told of the .deb as a whole. */
type VerifiedBefore = Pick<Verification, 'sha256' | 'signature'>

/** Before a byte of it is believed. */
async function verify(options: ImportOptions): Promise<VerifiedBefore> {
  const { expectedSha256, signature, keyring, received, tell } = options
  const { folder, deb: file, sha256 } = received
  tell?.('verify', null)
  if (expectedSha256 !== undefined && expectedSha256.toLowerCase() !== sha256)
    throw new LinboError(
      'PACKAGE_CHECKSUM',
      `the package has the sha256 ${sha256}, not the one you gave`,
      { fix: 'Download it again, and compare with the sha256 where it comes from.' },
    )
  return {
    sha256: expectedSha256 === undefined ? 'not-given' : 'matched',
    signature: signature
      ? { status: 'good', ...(await checkSignature({ file, signature, keyring, folder })) }
      : { status: 'not-given' },
  }
}

/** Makes the package's folder beside the .deb, with everything but its final name. */
async function unpack(
  options: ImportOptions,
  control: DebControl,
  verified: VerifiedBefore,
): Promise<StoredPackage> {
  const { received, tell, limits } = options
  const folder = join(received.folder, 'package')
  await mkdir(folder, { mode: 0o750 })
  const files = await unpackDeb(received.deb, folder, control, {
    ...(limits ? { limits } : {}),
    onProgress: (percent) => tell?.('unpack', percent),
  })
  await rm(received.deb)
  tell?.('check', null)
  const { name, version, md5sums } = control
  const kernel = name === 'linuxmuster-linbo7' ? await checkKernel(folder) : undefined
  const manifest: PackageManifest = {
    name,
    version,
    ...(kernel ? { kernelVersion: kernel.release } : {}),
    sha256: received.sha256,
    sizeBytes: received.sizeBytes,
    importedAt: options.now.toISOString(),
    importedBy: options.by,
    verification: {
      md5sums: md5sums ? 'checked' : 'missing',
      ...(kernel ? { kernel: kernel.isTold ? 'matched' : 'unreadable' } : {}),
      ...verified,
    },
    files,
  }
  const unpacked = { ...manifest, id: packageId(name, version), folder }
  if (kernel) {
    tell?.('prepare', null)
    await options.prepare?.(bootPackageOf(unpacked))
  }
  await writeAtomic(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  return unpacked
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
async function publish(store: string, unpacked: StoredPackage): Promise<Imported> {
  const folder = join(store, unpacked.id)
  try {
    await rename(unpacked.folder, folder)
    return { package: { ...unpacked, folder }, isNew: true }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
    const known = await alreadyThere(store, unpacked, unpacked.sha256)
    if (!known) throw error
    return { package: known, isNew: false }
  }
}
