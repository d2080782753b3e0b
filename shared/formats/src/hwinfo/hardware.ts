/** What a machine is made of. Null is what its list does not tell. */
export interface Hardware {
  system: {
    vendor: string | null
    product: string | null
    version: string | null
    serial: string | null
    /** `Notebook`, `Desktop`, … */
    chassis: string | null
  }
  board: { vendor: string | null; product: string | null; version: string | null }
  bios: {
    vendor: string | null
    version: string | null
    /** ISO date. */
    date: string | null
  }
  cpu: {
    model: string | null
    vendor: string | null
    arch: string | null
    /** Of all processors together. */
    cores: number | null
    threads: number
  }
  memory: { sizeBytes: number | null; modules: MemoryModule[] }
  disks: Disk[]
  networkCards: NetworkCard[]
  graphics: { model: string | null; driver: string | null; id: string | null }[]
  /** Firmware files the kernel asked for in vain. */
  missingFirmware: string[]
  /** What the kernel says about faults of the machine's firmware. */
  firmwareErrors: string[]
}

export interface MemoryModule {
  slot: string | null
  sizeBytes: number
  type: string | null
  speedMhz: number | null
  vendor: string | null
  part: string | null
}

export interface Disk {
  /** `/dev/nvme0n1` */
  device: string
  model: string | null
  serial: string | null
  sizeBytes: number | null
  bus: 'nvme' | 'sata' | 'ide' | 'usb' | 'mmc' | 'virtio' | 'scsi' | 'unknown'
  /** Version of the disk's own firmware. */
  revision: string | null
}

export interface NetworkCard {
  device: string | null
  /** Lower-case with colons. */
  mac: string | null
  model: string | null
  driver: string | null
  /** `8086:15bb`, of PCI or USB. */
  id: string | null
  isWireless: boolean
  /** Whether a cable was in it. */
  hasLink: boolean | null
  speedMbps: number | null
}

/** A text that is no list of hwinfo. */
export class HwinfoError extends Error {
  override readonly name = 'HwinfoError'
}
