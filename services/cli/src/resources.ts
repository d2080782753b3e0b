/** The resources of the API as this command line reads them. */
export type {
  Boot,
  BootBuild,
  BootFile,
  BootFirmware,
  BootPackage,
  BootPackageActivation,
  BootPackageImport,
  BootSet,
  Group,
  Host,
  ImportResult,
  LinboPasswordChange,
  Operation,
  Status,
} from '@linbo/api'
