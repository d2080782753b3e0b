import { type BootPart, fleetOf, type MachineIdentity, type ServerAddress } from '@linbo/simulator'

/** What a room's process has to do. */
export interface RoomTask {
  /** How many machines there are in all rooms. */
  machines: number
  rooms: number
  /** From 0. */
  room: number
  server: ServerAddress
  /** When all switch on, in milliseconds since 1970. */
  startAt: number
}

/** What a room's process prints. */
export type StormLine =
  | { kind: 'part'; hostname: string; part: BootPart; ms: number }
  | { kind: 'ready'; hostname: string; ms: number }
  | { kind: 'failed'; hostname: string; reason: string }
  | { kind: 'cpu'; ownSeconds: number; rsyncSeconds: number }

export const stormGroup = 'storm'
export const stormNetwork = '127.99.0.0/16'

export const stormMachines = (count: number): MachineIdentity[] => fleetOf(count, stormGroup, 99)
