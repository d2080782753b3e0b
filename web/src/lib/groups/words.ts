import { m } from '#lib/paraglide/messages.js'
import type { VersionSource } from './groups.ts'

const sources: Record<VersionSource, () => string> = {
  api: m.version_source_api,
  cli: m.version_source_cli,
  disk: m.version_source_disk,
  restore: m.version_source_restore,
  rename: m.version_source_rename,
  clone: m.version_source_clone,
  found: m.version_source_found,
}

/** How a version came about. */
export function sourceText(source: VersionSource): string {
  return sources[source]?.() ?? source
}
