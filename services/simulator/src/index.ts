export { type ClientOptions, createClient, type SimulatedClient } from './client.ts'
export { createFleet, type Fleet, fleetOf } from './fleet.ts'
export type { MachineIdentity, MachineState, ServerAddress } from './machine.ts'
export { sampleStartConf, writeSampleImage } from './sample.ts'
