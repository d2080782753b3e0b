export { bootFileFor, type Firmware, type FirmwareFacts, firmwareOf } from './firmware.ts'
export { localGrubConfig, mainGrubConfig, managedMarker, netbootGrubConfig } from './grub-config.ts'
export { groupGrubConfig } from './grub-config-group.ts'
