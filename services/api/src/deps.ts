import type { Bus } from '@linbo/bus'
import type { Db } from '@linbo/db'
import type { BootIsoMaker } from '@linbo/linbofs'
import type { Logger } from '@linbo/log'
import type { BootBuilder } from './boot-build.ts'
import type { BootConfigPublisher } from './boot-configs.ts'
import type { BootFileServer } from './boot-files.ts'
import type { BootPackages } from './boot-packages.ts'
import type { Dashboard } from './dashboard.ts'
import type { DevicesWatch } from './devices-watch.ts'
import type { EventSource } from './event-source.ts'
import type { GroupRenames } from './group-rename.ts'
import type { LiveTransfers } from './live-transfers.ts'
import type { LogFiles } from './log-files.ts'
import type { Metrics } from './metrics.ts'
import type { RegistrationKeeper } from './registration-keeper.ts'
import type { Sessions } from './sessions.ts'
import type { SignInLimit } from './sign-in-limit.ts'
import type { StartConfFiles } from './start-conf-files.ts'
import type { StartConfHistory } from './start-conf-history.ts'

/** Everything the routes can touch. */
export interface AppDeps {
  db: Db
  bus: Bus
  log: Logger
  /** Milliseconds since 1970. */
  now(): number
  adminToken: string
  serverIp: string
  /** LINBO_HTTP_PORT. */
  httpPort: number
  /** LINBO_DIR, LINBO_DATA_DIR and LINBO_CONFIG_DIR. */
  linboDir: string
  dataDir: string
  configDir: string
  version: string
  /** Largest request body in bytes. */
  bodyBytes: number
  sessions: Sessions
  signInLimit: SignInLimit
  startConfs: StartConfFiles
  history: StartConfHistory
  groupRenames: GroupRenames
  bootConfigs: BootConfigPublisher
  /** Undefined when no devices.csv is watched. */
  devicesWatch: Pick<DevicesWatch, 'recheck'> | undefined
  bootFiles: BootFileServer
  bootBuilder: BootBuilder
  bootIso: BootIsoMaker
  bootPackages: BootPackages
  registrations: Pick<RegistrationKeeper, 'look'>
  logFiles: LogFiles
  events: EventSource
  live: LiveTransfers
  metrics: Metrics
  dashboard: Dashboard
}
