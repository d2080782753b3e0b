/** The resources of the API as this command line reads them. */
export type { BootFile, Group, Host, ImportResult, Operation, Status } from '@linbo/api'
