export {
  type BootPackage,
  type PackageManifest,
  type PackageName,
  packageNames,
  type Verification,
} from './deb/package.ts'
