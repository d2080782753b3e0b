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
export { parseMac, printMac } from './mac.ts'
