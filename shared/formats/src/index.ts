export {
  type Command,
  CommandError,
  type CommandFacts,
  type CommandName,
  commandFacts,
  commandNames,
  type DownloadType,
  parseCommands,
  printCommand,
  printCommands,
  wrapperArgument,
} from './command.ts'
export {
  type DeviceRow,
  type PrintableDevice,
  parseDevicesCsv,
  printDevicesCsv,
  type RefusedLine,
  roles,
} from './devices-csv.ts'
export {
  type DhcpBootFiles,
  type DhcpFacts,
  type DhcpHost,
  type DhcpServerKind,
  dhcpConfig,
  dhcpServers,
} from './dhcp-config/index.ts'
export { classifyImageFile, type ImageFile, type ImageFileKind, imagePath } from './image-files.ts'
export { type ImageInfo, ImageInfoError, parseImageInfo, printImageInfo } from './image-info.ts'
export { parseIpv4, whyNotHostIp } from './ipv4.ts'
export { parseMac, printMac } from './mac.ts'
export { whyNotGroup, whyNotHostname, whyNotImageBase, whyNotRoom } from './names.ts'
export { type PartitionSize, parsePartitionSize } from './partition-size.ts'
export {
  findKernelOptions,
  type LinboSection,
  type OsSection,
  osByNumber,
  type PartitionSection,
  type Problem,
  parseStartConf,
  type StartConf,
} from './start-conf.ts'
export { StartConfError, setKey } from './start-conf-edit.ts'
export type { SectionName } from './start-conf-keys.ts'
