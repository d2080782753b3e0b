/** The resources of the API as this command line reads them. */
export type { Boot, BootFile, Group, Host, ImportResult, Operation, Status } from '@linbo/api'
