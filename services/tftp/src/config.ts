import { type Settings, setting } from '@linbo/config'

/** The settings of the TFTP server. */
export const schema = {
  LINBO_TFTP_PORT: setting.port(69, 'UDP port that takes TFTP requests.'),
  LINBO_TFTP_MAX_BLKSIZE: setting.count(8, 65464)(
    65464,
    'Largest block in bytes that a client may choose; 1468 keeps packets within an Ethernet frame.',
  ),
  LINBO_TFTP_MAX_WINDOWSIZE: setting.count(1, 1024)(
    64,
    'Most blocks sent before an acknowledgement is awaited.',
  ),
  LINBO_TFTP_TIMEOUT_MS: setting.count(50, 60_000)(
    1000,
    'Milliseconds before something is sent again to a client whose speed is not known yet.',
  ),
  LINBO_TFTP_RETRIES: setting.count(1, 100)(
    5,
    'Retransmissions at full timeout before a silent client counts as gone.',
  ),
  LINBO_TFTP_TRANSFERS: setting.count(1, 20_000)(4000, 'Transfers at once.'),
  LINBO_TFTP_TRANSFERS_PER_CLIENT: setting.count(1, 20_000)(
    2000,
    'Transfers at once to one address; many machines may share one behind a router.',
  ),
  LINBO_TFTP_CACHE_MB: setting.count(1, 16_384)(
    64,
    'Megabytes of memory for blocks that several clients are reading.',
  ),
}

export type TftpConfig = Settings<typeof schema>
