import { type Settings, setting } from '@linbo/config'

/** The settings of the rsync gateway. */
export const schema = {
  LINBO_RSYNC_PORT: setting.port(873, 'TCP port that LINBO clients reach rsync on.'),
  LINBO_CLIENT_SSH_PORT: setting.port(2222, 'TCP port that LINBO clients take SSH on.'),
  LINBO_RSYNC_CONNECTIONS: setting.count(1, 4000)(400, 'Connections at once.'),
  LINBO_RSYNC_CONNECTIONS_PER_CLIENT: setting.count(1, 4000)(
    64,
    'Connections at once from one address.',
  ),
  LINBO_RSYNC_HANDSHAKE_MS: setting.count(100, 600_000)(
    30_000,
    'Milliseconds a client may take to say what it wants.',
  ),
  LINBO_RSYNC_LOG_CONNECT_MS: setting.count(100, 60_000)(
    5000,
    'Milliseconds to wait for the SSH login when a client offers a log file.',
  ),
  LINBO_RSYNC_LOG_FETCH_MS: setting.count(100, 600_000)(
    20_000,
    'Milliseconds that fetching a log file may take in all.',
  ),
  LINBO_RSYNC_LOG_KB: setting.count(1, 1_048_576)(
    8192,
    'Largest log file, in KiB, that is fetched from a client or kept of it.',
  ),
}

export type SyncConfig = Settings<typeof schema>
