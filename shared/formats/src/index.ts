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
  addDevices,
  type DeviceRow,
  type LineProblem,
  type ParsedDevices,
  parseDevicesCsv,
  removeDevices,
  setDeviceField,
} from './devices-csv.ts'
export {
  columnName,
  columnNumber,
  type Device,
  defaultSchool,
  hostnameIn,
  nameIn,
  roles,
} from './devices-csv-columns.ts'
export { type DevicesState, mergeDevices } from './devices-csv-merge.ts'
export {
  type DhcpBootFiles,
  type DhcpFacts,
  type DhcpHost,
  type DhcpServerKind,
  dhcpConfig,
  dhcpServers,
} from './dhcp-config/index.ts'
export { type DhcpStatements, parseDhcpStatements } from './dhcp-statements.ts'
export {
  type Disk,
  type Hardware,
  HwinfoError,
  type NetworkCard,
  parseHwinfo,
} from './hwinfo/index.ts'
export { classifyImageFile, type ImageFile, type ImageFileKind, imagePath } from './image-files.ts'
export { type ImageInfo, ImageInfoError, parseImageInfo, printImageInfo } from './image-info.ts'
export { type ImageStatus, parseImageStatus } from './image-status.ts'
export { parseIpv4, whyNotHostIp } from './ipv4.ts'
export { type LinboLog, parseBanner, parseLinboLog } from './linbo-log.ts'
export { parseMac, printMac } from './mac.ts'
export { missingFirmwareIn } from './missing-firmware.ts'
export { whyNotGroup, whyNotHostname, whyNotImageBase, whyNotRoom } from './names.ts'
export { type PartitionSize, parsePartitionSize, printPartitionSize } from './partition-size.ts'
export { hideSecrets } from './secrets-in-logs.ts'
export { printSeparated, readSeparated, type SeparatedFile } from './separated-lines.ts'
export { describeStartConfChange, type StartConfChange } from './start-conf/change.ts'
export { renameDevice, renameDisk } from './start-conf/edit-device.ts'
export { removeKey, setKey } from './start-conf/edit-key.ts'
export { addSection, moveSection, removeSection } from './start-conf/edit-section.ts'
export { applyFix, fixAll } from './start-conf/fix.ts'
export type { SectionName } from './start-conf/key-names.ts'
export {
  type DiskLayout,
  diskLayout,
  type LayoutPartition,
  type PartitionKind,
} from './start-conf/layout.ts'
export { applyEdits, type LineEdit, StartConfError } from './start-conf/line-edit.ts'
export { type Reader, readers, readStartConfAs, type SeenSection } from './start-conf/readers.ts'
export type { Rule } from './start-conf/rule.ts'
export { startConfRules } from './start-conf/rule-list.ts'
export {
  findKernelOptions,
  type LinboSection,
  type OsSection,
  osByNumber,
  type PartitionSection,
  type Problem,
  parseStartConf,
  printStartConf,
  readStartConf,
  type Severity,
  type StartConf,
  type StartConfOptions,
} from './start-conf/start-conf.ts'
export type { StartConfTemplate, TemplateParameter } from './start-conf/template.ts'
export { renderStartConf, startConfTemplates } from './start-conf/template-list.ts'
export {
  addSubnet,
  type ParsedSubnets,
  parseSubnetsCsv,
  removeSubnet,
  type SubnetColumn,
  type SubnetRow,
  setSubnetColumn,
  subnetColumns,
} from './subnets-csv.ts'
export { type DecodedText, decodeText, encodeText } from './text-bytes.ts'
export { type DiffHunk, type DiffLine, diffTexts, printDiff } from './text-diff.ts'
