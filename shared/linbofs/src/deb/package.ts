/** The two upstream packages that can be imported. */
export const packageNames = ['linuxmuster-linbo7', 'linuxmuster-linbo-gui7'] as const
export type PackageName = (typeof packageNames)[number]

/** What was checked about a package before it was taken. */
export interface Verification {
  /** Every file that was taken agrees with the package's own list (`md5sums`). */
  md5sums: 'checked' | 'missing'
  /** `linbo64` is of the version of `kversion`, or does not tell; only in linuxmuster-linbo7. */
  kernel?: 'matched' | 'unreadable'
  /** The caller named the .deb's sha256, and it was that. */
  sha256: 'matched' | 'not-given'
  /** A detached signature, and who made it (as the keyring names the key). */
  signature: { status: 'not-given' } | { status: 'good'; signer: string; fingerprint: string }
}

/** `manifest.json` beside an imported package. */
export interface PackageManifest {
  name: PackageName
  /** As in `Version:`, e.g. `7.4.11-0`; also the last part of the folder's name. */
  version: string
  /** `linux` of `kversion`, e.g. `7.0.10-1`; only in linuxmuster-linbo7. */
  kernelVersion?: string
  /** sha256 of the whole .deb, hexadecimal. */
  sha256: string
  /** Size of the .deb in bytes. */
  sizeBytes: number
  /** ISO 8601. */
  importedAt: string
  /** Who imported it, as in the audit log. */
  importedBy: string
  verification: Verification
  /** Every file taken, by its path relative to the package's folder. */
  files: Record<string, { sha256: string; sizeBytes: number }>
}

/** An imported linuxmuster-linbo7 package: what a boot set is built from. */
export interface BootPackage {
  version: string
  /**
   * `LINBO_DATA_DIR/boot-packages/linuxmuster-linbo7_<version>`, holding `linbo64`, `linbofs64.tar.xz`, `modules.tar.xz`,
   * `kversion`, `manifest.json`, and in `serverfs/` what belongs below LINBO_DIR.
   */
  folder: string
  /** Release of the kernel in `linbo64`: the only folder below `lib/modules` in `modules.tar.xz`. */
  kernelVersion: string
  /** sha256 of the .deb, hexadecimal. */
  sha256: string
}
