export { type SyncConfig, schema } from './config.ts'
export { createSyncService, type SyncParts } from './server.ts'
