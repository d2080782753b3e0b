import type { Kysely } from 'kysely'
import * as start from './0001-start.ts'
import * as sessions from './0002-sessions.ts'
import * as bootVerdicts from './0003-boot-verdicts.ts'
import * as devices from './0004-devices.ts'
import * as startConfVersions from './0005-start-conf-versions.ts'
import * as registrations from './0006-registrations.ts'
import * as clientFiles from './0007-client-files.ts'

export interface Migration {
  name: string
  up(db: Kysely<unknown>): Promise<void>
}

/** Forward only. Add at the end; never change one that has been released. */
export const migrations: Migration[] = [
  { name: '0001-start', up: start.up },
  { name: '0002-sessions', up: sessions.up },
  { name: '0003-boot-verdicts', up: bootVerdicts.up },
  { name: '0004-devices', up: devices.up },
  { name: '0005-start-conf-versions', up: startConfVersions.up },
  { name: '0006-registrations', up: registrations.up },
  { name: '0007-client-files', up: clientFiles.up },
]
