import type { Bus } from '@linbo/bus'
import type { Db } from '@linbo/db'
import type { BootIsoMaker } from '@linbo/linbofs'
import type { Logger } from '@linbo/log'
import type { Sessions } from './access/sessions.ts'
import type { SignInLimit } from './access/sign-in-limit.ts'
import type { BootBuilder } from './boot-files/boot-build.ts'
import type { BootConfigPublisher } from './boot-files/boot-configs.ts'
import type { BootFileServer } from './boot-files/boot-files.ts'
import type { BootPackages } from './boot-files/boot-packages.ts'
import type { LogFiles } from './client-files/log-files.ts'
import type { GroupRenames } from './groups/group-rename.ts'
import type { StartConfFiles } from './groups/start-conf-files.ts'
import type { StartConfHistory } from './groups/start-conf-history.ts'
import type { DevicesWatch } from './hosts/devices-watch.ts'
import type { Dashboard } from './http/dashboard.ts'
import type { EventSource } from './live/event-source.ts'
import type { LiveTransfers } from './live/live-transfers.ts'
import type { Metrics } from './live/metrics.ts'
import type { RegistrationKeeper } from './registrations/registration-keeper.ts'

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
