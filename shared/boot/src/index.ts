export { bootFileFor, type Firmware, type FirmwareFacts, firmwareOf } from './firmware.ts'
