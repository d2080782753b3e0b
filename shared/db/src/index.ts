export * from './audit.ts'
export * from './boots.ts'
export * from './client-facts.ts'
export * from './device-files.ts'
export * from './group-renames.ts'
export * from './host-rows.ts'
export * from './hosts.ts'
export * from './known-keys.ts'
export * from './leases.ts'
export { migrate } from './migrate.ts'
export { type Database, type OpenDatabaseOptions, openDatabase } from './open.ts'
export * from './operations.ts'
export * from './registrations.ts'
export type {
  Db,
  StartConfSource,
  StoredBootFile,
  StoredBootStep,
  StoredVerdict,
  Tables,
} from './schema.ts'
export * from './sessions.ts'
export * from './start-conf-versions.ts'
export * from './transfers.ts'
export * from './unknown-machines.ts'
