import type { Bus, BusEvent } from '@linbo/bus'
import type { Settings } from '@linbo/config'
import type { Db } from '@linbo/db'
import type { Parts } from '@linbo/launch'
import type { Logger } from '@linbo/log'
import type { SshConnection } from '@linbo/ssh'
import type { schema } from './config.ts'
import type { Slots } from './slots.ts'
import type { Waker } from './wol.ts'

export type RemoteConfig = Settings<typeof schema>

/** What every host's run uses. */
export interface Shared {
  config: Parts<RemoteConfig>['config']
  db: Db
  bus: Pick<Bus, 'publish' | 'state'>
  log: Logger
  privateKey: string
  slots: Slots
  waker: Waker
  uploadPassword(): Promise<string>
  /** Hears every event from now on; returns how to stop. */
  onEvent(handler: (event: BusEvent) => void): () => void
  /** Closes the connection to a client that leaves LINBO when it is gone, or after a while. */
  linger(connection: SshConnection): void
}
