export { type BootFileStatus, bootFileStatus } from './boot-files.ts'
export { type BootSetRecord, bootSetFiles, bootSetFolder } from './boot-set.ts'
export { type BootSet, currentBootSet, listBootSets, removeBootSet } from './boot-sets.ts'
export { addBootSet, stageBootSet } from './boot-sets-add.ts'
export { createPinnedBootSets, type PinnedBootSets, type PinnedFile } from './boot-sets-pinned.ts'
export { activateBootSet, type SwitchedBootSet } from './boot-sets-switch.ts'
export {
  type CpioEntry,
  cpio,
  cpioEnd,
  cpioHead,
  cpioPadding,
  firstEntry,
  packCpio,
} from './cpio.ts'
export { CpioError, listCpio, type ReadCpioEntry, readCpio } from './cpio-read.ts'
export { type FileRole, macFromName, roleOf } from './file-role.ts'
export {
  type BootFile,
  bootFileFor,
  type Firmware,
  type FirmwareFacts,
  firmwareOf,
} from './firmware.ts'
export {
  dropFormerGroup,
  formerGroup,
  leaveFormerGroup,
  listFormerGroups,
} from './former-groups.ts'
export {
  copyGroupFiles,
  dropGroupFiles,
  hasOwnGrubConfig,
  retireGroupFiles,
} from './group-files.ts'
export type { GrubChoice, GrubConfigFile, GrubReason } from './grub-choice.ts'
export {
  type BootServer,
  localGrubConfig,
  mainGrubConfig,
  managedMarker,
  netbootGrubConfig,
} from './grub-config.ts'
export { groupGrubConfig } from './grub-config-group.ts'
export { osTypes } from './grub-devices.ts'
export { handWrittenConfigs, hostGrubConfig, readGrubConfig } from './grub-files.ts'
export { type GrubAction, type GrubEntry, type GrubMenu, grubMenu } from './grub-menu.ts'
export { grubMenuSvg } from './grub-menu-svg.ts'
export { quoteGrub, quoteParameters, splitParameters } from './grub-script.ts'
export { menuFonts } from './grub-theme.ts'
export { type Picture, themePictures } from './grub-theme-shapes.ts'
export { writeMd5Files } from './md5-files.ts'
export {
  type BuiltNetDir,
  type BuiltPlatform,
  buildNetDir,
  isBuiltFor,
  type NetDirOptions,
} from './netdir.ts'
export {
  bootFilePaths,
  isUnchanged,
  type OpenBootFile,
  resolveBootFile,
} from './open-boot-file.ts'
export { classShapes, iconKinds } from './os-icons.ts'
export { initramfsBytes, overlayServer } from './overlay-file.ts'
export {
  type BootProblem,
  groupOfStartConf,
  type Published,
  type PublishOptions,
  publishBootConfigs,
} from './publish.ts'
export type { BootHost } from './publish-hosts.ts'
export { proxyBootFile } from './server-cores.ts'
export { serverOverlay } from './server-overlay.ts'
export { artworkDigests } from './theme-files.ts'
export { ensureTree } from './tree.ts'
export { type StartConfWatch, watchStartConfs } from './watch.ts'
