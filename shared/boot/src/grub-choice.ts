/** One of GRUB's configurations below LINBO_DIR, as it is found. */
export interface GrubConfigFile {
  /** Relative to LINBO_DIR. */
  file: string
  /** `link`: to the configuration of a group; `own`: without the managed marker, so an administrator's. */
  kind: 'missing' | 'managed' | 'own' | 'link'
  /** What a link leads to, relative to LINBO_DIR. */
  target: string | null
  /** What GRUB reads, through the link; null when there is nothing. */
  text: string | null
  /** An administrator wrote what GRUB reads. */
  isHandWritten: boolean
}

/** Why a machine gets the configuration it gets. */
export type GrubReason =
  /** `boot/grub/grub.cfg` is an administrator's own: only he knows. */
  | 'main-hand-written'
  /** There is no `boot/grub/grub.cfg`: GRUB stops at its prompt. */
  | 'main-missing'
  /** `hostcfg/<host>.cfg` is a file of its own. */
  | 'host-file'
  /** `hostcfg/<host>.cfg` leads to that of the group. */
  | 'host-link'
  /** DHCP names the group. */
  | 'group'
  /** `hostcfg/<mac>.cfg`. */
  | 'mac'
  /** The server has none: `custom.cfg` of the cache, else LINBO in failsafe mode. */
  | 'none'

export interface GrubChoice {
  reason: GrubReason
  /** The configuration that counts, relative to LINBO_DIR. */
  file: string | null
  isHandWritten: boolean
}

/**
 * Which configuration a host's machine ends up with, in the order of `boot/grub/grub.cfg`. An operating system that the
 * client asked for before it restarted would come first.
 */
export function chooseGrubConfig(host: {
  /** devices.csv's PXE flag; with 0 DHCP names no group. */
  pxe: number
  main: GrubConfigFile
  hostConfig: GrubConfigFile
  groupConfig: GrubConfigFile
  macConfig: GrubConfigFile
}): GrubChoice {
  const { main, hostConfig, groupConfig, macConfig } = host
  const chosen = (reason: GrubReason, config: GrubConfigFile): GrubChoice => ({
    reason,
    file: config.target ?? config.file,
    isHandWritten: config.isHandWritten,
  })
  if (main.text === null) return { ...chosen('main-missing', main), file: null }
  if (main.isHandWritten) return chosen('main-hand-written', main)
  if (hostConfig.text !== null) {
    return chosen(hostConfig.kind === 'link' ? 'host-link' : 'host-file', hostConfig)
  }
  if (host.pxe !== 0 && groupConfig.text !== null) return chosen('group', groupConfig)
  if (macConfig.text !== null) return chosen('mac', macConfig)
  return { reason: 'none', file: null, isHandWritten: false }
}
