/** What a host is doing, as far as we know. */
export type HostStatus = 'off' | 'booting' | 'linbo' | 'os' | 'unknown'

/**
 * The steps of one boot, in the order a healthy first boot shows them.
 * `firmware-*` and `linbo-*` are the two DHCP exchanges: the PXE firmware's, then udhcpc's inside LINBO.
 */
export type BootStep =
  | 'firmware-discover'
  | 'firmware-offer'
  | 'firmware-ack'
  | 'boot-file'
  | 'grub-config'
  | 'kernel'
  | 'initramfs'
  | 'linbo-discover'
  | 'linbo-offer'
  | 'linbo-ack'
  | 'start-conf'
  | 'linbo-update'
  | 'onboot'
  | 'log'
  | 'ready'
  | 'os'

/** Why a step failed, for the verdict on the boot. */
export type BootCause =
  /** The machine took the offer of another DHCP server. */
  | 'foreign-server'
  /** No boot file exists for its firmware. */
  | 'wrong-architecture'
  /** It asks from a network that is not configured. */
  | 'unknown-network'
  | 'pool-exhausted'
  | 'address-refused'
  | 'file-missing'
  | 'start-conf-missing'
  /** A transfer ended because nothing came back any more. */
  | 'client-silent'

/** What a boot attempt came to, as far as it can be told: where it stopped, or what made it slow. */
export type BootVerdict =
  | 'foreign-server'
  | 'wrong-architecture'
  | 'unknown-network'
  | 'pool-exhausted'
  | 'address-refused'
  | 'no-answer'
  | 'offer-not-taken'
  | 'boot-file-not-asked'
  | 'file-missing'
  | 'loader-silent'
  | 'kernel-not-asked'
  | 'client-silent'
  | 'packet-loss'
  /** Several machines of one room lose packets at the same time. */
  | 'room-packet-loss'
  | 'linux-silent'
  | 'linbo-no-lease'
  | 'start-conf-not-asked'
  | 'unregistered'
  | 'pxe-off'
  | 'start-conf-missing'
  | 'no-ssh'
  | 'step-failed'
  /** It arrived, but took much longer than its room usually does. */
  | 'slow'

/** Which machine an event is about, as far as the reporting service can tell. */
export interface Machine {
  /** Host name, null while the machine is not known. */
  host: string | null
  /** Lower-case MAC with colons. */
  mac: string | null
  ip: string | null
}

/** Why a transfer ended. `missing`: the file is not there, which is normal for many of LINBO's requests. */
export type TransferResult = 'ok' | 'failed' | 'aborted' | 'missing' | 'refused'

/** How far one host is in an operation. */
export type HostPhase =
  | 'waiting'
  | 'waking'
  | 'booting'
  | 'connecting'
  | 'running'
  | 'done'
  | 'failed'
  | 'offline'
  | 'cancelled'
  | 'interrupted'

export type OperationState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted'

/** Every event and its fields. Plain JSON; bytes and milliseconds. */
export interface Events {
  'host.seen': Machine & { by: 'dhcp' | 'tftp' | 'rsync' | 'http' | 'ssh' }
  'host.status': Machine & { status: HostStatus; os: string | null }
  'boot.step': Machine & {
    step: BootStep
    ok: boolean
    /** One line for people: which file, which address, why not. */
    detail: string
    /** `uefi-x64`, `bios`, … when the step tells. */
    firmware?: string
    cause?: BootCause
    /** What the cause is about: the other server's address, the missing file, the group. */
    about?: string
  }
  /** A boot attempt arrived, got stuck, or is judged anew. */
  'boot.verdict': Machine & {
    boot: string
    state: 'booting' | 'linbo' | 'stalled'
    verdict: {
      code: BootVerdict
      /** `warning`: the machine boots all the same. */
      severity: 'error' | 'warning'
      /** The names and numbers of its sentences. */
      facts: Record<string, string | number>
    } | null
  }
  'transfer.started': Machine & {
    /** Unique per transfer. */
    transfer: string
    via: 'tftp' | 'rsync' | 'http'
    direction: 'down' | 'up'
    /** Path below LINBO_DIR. */
    file: string
    sizeBytes: number | null
  }
  /** At most four a second per transfer. */
  'transfer.progress': {
    transfer: string
    bytes: number
    sizeBytes: number | null
    bytesPerSecond: number
  }
  'transfer.finished': {
    transfer: string
    result: TransferResult
    bytes: number
    ms: number
    reason: string | null
    /** How often something had to be sent again; only TFTP can tell. */
    retries?: number
  }
  /** A new operation waits for a worker. */
  'operation.queued': { operation: string }
  /** Somebody asked to stop an operation. */
  'operation.cancel': { operation: string }
  'operation.started': { operation: string; commands: string; hosts: string[]; by: string }
  'operation.step': {
    operation: string
    host: string
    phase: HostPhase
    /** Index of the running command, from 0, and how many there are. */
    command: number | null
    commands: number
    /** `sync:1`, or a milestone inside it. */
    text: string
    /** 0–100 of the current command, when the client tells. */
    percent: number | null
  }
  'operation.output': { operation: string; host: string; seq: number; text: string }
  'operation.finished': { operation: string; state: OperationState; failed: string[] }
  /** A machine asks to become a host, or again. */
  'registration.created': {
    registration: string
    hostname: string
    mac: string
    ip: string | null
    state: 'pending' | 'approved' | 'rejected' | 'duplicate'
  }
  /** Somebody, or a rule, decided about it. */
  'registration.decided': {
    registration: string
    hostname: string
    mac: string
    state: 'approved' | 'rejected'
    by: string
  }
  'image.published': { image: string; sizeBytes: number; host: string | null }
  'image.removed': { image: string }
  /** A devices.csv that is watched changed and was taken over. */
  'devices-file.imported': {
    file: string
    school: string
    added: number
    changed: number
    removed: number
  }
  /** It changed and cannot be taken over: the hosts stay as they are. */
  'devices-file.refused': { file: string; school: string; reason: string; fix: string | null }
  /** A start.conf was written or removed; `disk` is who edits the file itself. */
  'start-conf.changed': {
    group: string
    author?: string
    /** Its number in the history of the group. */
    version?: number
  }
  /** Machines get another set of kernel and initramfs from now on. */
  'boot-files.changed': { set: string; version: string | null }
  /** A version of LINBO's packages came, is given to machines, or went; `package` is its id. */
  'boot-package.changed': { package: string; change: 'imported' | 'activated' | 'removed' }
  'lease.changed': { mac: string; ip: string; host: string | null; expiresAt: string }
  /** Another DHCP server answers on a network of ours. */
  'dhcp.server': { ip: string; mac: string | null; network: string; expected: boolean }
  'service.health': { service: string; state: string; detail: string | null }
}

export type EventType = keyof Events

/** An event as it travels: numbered, dated, flat. */
export type BusEvent<T extends EventType = EventType> = {
  [K in T]: { id: number; at: string; type: K } & Events[K]
}[T]
