/** The sections a LINBO client reads; others are ignored. */
export type SectionName = 'linbo' | 'partition' | 'os'

/** How a key is written, whatever its case in the file. */
export const spelling: Record<SectionName, readonly string[]> = {
  linbo: [
    'Group',
    'Cache',
    'RootTimeout',
    'AutoPartition',
    'AutoFormat',
    'AutoInitCache',
    'DownloadType',
    'GuiDisabled',
    'UseMinimalLayout',
    'Locale',
    'KernelOptions',
    'Theme',
    'ClientDetailsVisibleByDefault',
    'Server',
    'SystemType',
    'BackgroundColor',
    'BackgroundFontColor',
    'ConsoleFontColorStdout',
    'ConsoleFontColorStderr',
    'School',
  ],
  partition: ['Dev', 'Label', 'Size', 'Id', 'FSType', 'Bootable'],
  os: [
    'Name',
    'Description',
    'IconName',
    'BaseImage',
    'Root',
    'Kernel',
    'Initrd',
    'Append',
    'StartEnabled',
    'SyncEnabled',
    'NewEnabled',
    'RemoteSyncEnabled',
    'Autostart',
    'AutostartTimeout',
    'DefaultAction',
    'Hidden',
    'Boot',
    'Version',
    'Image',
  ],
}

/** Keys whose value is yes or no, in lower case because the client's shell compares literally. */
export const flags: Record<SectionName, readonly string[]> = {
  linbo: [
    'autopartition',
    'autoformat',
    'autoinitcache',
    'guidisabled',
    'useminimallayout',
    'clientdetailsvisiblebydefault',
  ],
  partition: ['bootable'],
  os: ['startenabled', 'syncenabled', 'newenabled', 'remotesyncenabled', 'autostart', 'hidden'],
}

/** Keys a number of seconds belongs to. */
export const seconds: Record<SectionName, readonly string[]> = {
  linbo: ['roottimeout'],
  partition: [],
  os: ['autostarttimeout'],
}

/** Keys linuxmuster's importer wants to see in every [OS], if only empty. */
export const importerKeys = ['Name', 'BaseImage', 'Root', 'Kernel', 'Initrd', 'Append'] as const

/** The usual spelling of a key, or undefined when LINBO knows none of that name. */
export function spelled(section: SectionName, key: string): string | undefined {
  return spelling[section].find((known) => known.toLowerCase() === key.toLowerCase())
}
