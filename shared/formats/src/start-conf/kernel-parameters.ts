/** Flags that LINBO's scripts look for; with a value they are lost. */
export const kernelFlags = [
  'quiet',
  'splash',
  'debug',
  'nogui',
  'nomenu',
  'vncserver',
  'forcegrub',
  'noefibootmgr',
  'efipxe',
  'nowarmstart',
  'nonetwork',
] as const

/** Flags that GRUB and boot media add by themselves. */
export const kernelFlagsOfGrub = ['localboot', 'netboot', 'isoboot'] as const

/** Parameters the start script reads from its environment: in lower case, with a value. */
export const kernelSettings = [
  'dhcpretry',
  'dhcpretry_wifi',
  'loadmodules',
  'vlanid',
  'mtu',
  'autostart',
  'noauto',
  'disablegui',
] as const

/** Parameters that are documented and removed again before any script reads them, and what to use instead. */
export const strippedParameters: Record<string, string> = {
  linbocmd: 'leave an onboot command with linbo-remote -p',
  restoremode: 'no parameter does that',
  server: 'the server is the one DHCP names in option 54',
  hostgroup: 'the group comes from DHCP option 40',
  group: 'the group comes from DHCP option 40',
  nisdomain: 'the group comes from DHCP option 40',
  warmstart: 'write nowarmstart',
}

export interface KernelWord {
  /** As written. */
  word: string
  name: string
  /** Undefined for a flag. */
  value: string | undefined
}

export function kernelWords(options: string): KernelWord[] {
  return options
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const equals = word.indexOf('=')
      if (equals < 0) return { word, name: word, value: undefined }
      return { word, name: word.slice(0, equals), value: word.slice(equals + 1) }
    })
}

/** True when a flag of this name is among the options; LINBO does not care about its case. */
export function hasKernelFlag(options: string, flag: string): boolean {
  return kernelWords(options).some(
    (one) => one.value === undefined && one.name.toLowerCase() === flag,
  )
}
