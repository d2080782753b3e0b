export { type BaseOptions, makeBase } from './build/base.ts'
export { type BootBase, packageBase } from './build/boot-base.ts'
export { type BuildOptions, type BuiltSet, buildBootSet } from './build/build-set.ts'
export { type BaseRecord, chooseBase } from './build/choose-base.ts'
export { customKernel } from './build/custom-kernel.ts'
export { whyNotFirmware } from './build/firmware.ts'
export { readFirmwareList, writeFirmwareList } from './build/firmware-files.ts'
export { findHooks, runHooks } from './build/hooks.ts'
export { loadHostKeys } from './build/host-key-files.ts'
export { firmwareFolders, readBuildInputs } from './build/inputs.ts'
export { hashPassword, whyNotPassword } from './build/linbo-password.ts'
export { passwordHashOf } from './build/password-file.ts'
export { publishTorrentOptions, readTorrentOptions } from './build/torrent-options.ts'
export { ArchiveError } from './deb/archive-error.ts'
export { decompress } from './deb/decompress.ts'
export { type Imported, type ImportOptions, type ImportStep, importPackage } from './deb/import.ts'
export {
  type BootPackage,
  type PackageManifest,
  type PackageName,
  packageNames,
  type Verification,
} from './deb/package.ts'
export {
  dropReceived,
  type ReceivedPackage,
  type ReceiveOptions,
  receivePackage,
} from './deb/receive.ts'
export { type PlacedFiles, placedVersion, placeServerFiles } from './deb/server-files.ts'
export {
  bootPackageOf,
  findPackage,
  listPackages,
  removePackage,
  type StoredPackage,
  sweepStore,
} from './deb/store.ts'
export { readTar, type TarEntry, type TarLimits } from './deb/tar.ts'
export { compareVersions } from './deb/version.ts'
export {
  type BootIso,
  type BootIsoMaker,
  type BootIsoOptions,
  createBootIsoMaker,
} from './iso/boot-iso.ts'
