export { type BaseOptions, makeBase } from './build/base.ts'
export { ArchiveError } from './deb/archive-error.ts'
export { decompress } from './deb/decompress.ts'
export {
  type BootPackage,
  type PackageManifest,
  type PackageName,
  packageNames,
  type Verification,
} from './deb/package.ts'
export { readTar, type TarEntry, type TarLimits } from './deb/tar.ts'
