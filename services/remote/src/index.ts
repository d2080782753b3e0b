export { schema } from './config.ts'
export { createRemoteService, type RemoteParts } from './server.ts'
export type { RemoteConfig } from './shared.ts'
export type { Waker } from './wol.ts'
