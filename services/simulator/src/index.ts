export { type ClientOptions, createClient, type SimulatedClient } from './client.ts'
export { askForLease } from './dhcp.ts'
export { createFleet, type Fleet, fleetOf } from './fleet.ts'
export {
  type BootPart,
  bootParts,
  type MachineIdentity,
  type MachineState,
  type ServerAddress,
} from './machine.ts'
export { openRelay, type Relay } from './relay.ts'
export { sampleStartConf, writeSampleImage } from './sample.ts'
export { fetchFile } from './tftp.ts'
