import type { Relay } from './relay.ts'

/** A simulated PC: who it is and which firmware it has. */
export interface MachineIdentity {
  hostname: string
  /** Lower-case with colons. */
  mac: string
  /** Its own address; any of 127.0.0.0/8 works on one machine. */
  ip: string
  group: string
  firmware: 'uefi-x64' | 'bios'
}

/** Where the suite listens that simulated machines talk to. */
export interface ServerAddress {
  ip: string
  tftpPort: number
  rsyncPort: number
  /** Kernel and initramfs come over HTTP from this port, as iPXE fetches them; without one, by TFTP. */
  httpPort?: number
  /** 0: no DHCP exchange; the machine already has its address. */
  dhcpPort: number
  /** Where DHCP goes through; without one, every machine is its own relay. */
  relay?: Relay
  /** Where the machine's own SSH server listens. */
  sshPort: number
  /** The machine has a network card to itself and asks by broadcast, which does not cross loopback. */
  broadcasts?: boolean
  /** The server whose overlay is in the initramfs: it tells the machine its name and group, not DHCP. */
  overlay?: string
  /** UDP port on which a machine that is off waits for its magic packet; without one it cannot be woken. */
  wakePort?: number
}

/** What a machine is doing, as the suite should see it too. */
export type MachineState = 'off' | 'firmware' | 'grub' | 'linbo' | 'os' | 'failed'

/** What a machine waits for on its way into LINBO, in this order; a log is sent twice. */
export const bootParts = [
  'firmware lease',
  'core image',
  'GRUB configuration',
  'kernel',
  'initramfs',
  'LINBO lease',
  'start.conf',
  'update',
  'commands',
  'SSH',
  'hardware list',
  'GUI',
  'log',
] as const

export type BootPart = (typeof bootParts)[number]

/** Does one part of a boot, and tells somebody how long it took. */
export type Timed = <T>(part: BootPart, work: () => Promise<T>) => Promise<T>
