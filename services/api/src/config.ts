import { fileURLToPath } from 'node:url'
import { dhcpMode, httpPort, type Settings, setting } from '@linbo/config'

/** The settings of the API, beside those every service shares. */
export const schema = {
  LINBO_HTTP_PORT: httpPort,
  LINBO_WEB_DIR: setting.text(
    () => fileURLToPath(new URL('../../../web/build', import.meta.url)),
    "Folder of the dashboard's build.",
  ),
  LINBO_HTTP_BODY_BYTES: setting.count(1024, 256 * 1024 * 1024)(
    4 * 1024 * 1024,
    'Largest request body that is accepted, in bytes.',
  ),
  LINBO_PACKAGE_MB: setting.count(1, 16_384)(
    2048,
    "Largest Debian package of LINBO's that can be imported, in megabytes.",
  ),
  LINBO_HTTP_CACHE_MB: setting.count(1, 16_384)(
    256,
    'Megabytes of memory for boot files that machines are fetching.',
  ),
  LINBO_EVENT_CLIENTS: setting.count(1, 100_000)(
    500,
    'How many listeners to the event stream are served at once.',
  ),
  LINBO_DEVICES_FILE: setting.optional(
    undefined,
    "A devices.csv whose changes are taken over, and those of other schools beside it; linuxmuster's is `/etc/linuxmuster/sophomorix/default-school/devices.csv`.",
  ),
  LINBO_BOOT_PATIENCE: setting.count(1, 1000)(
    100,
    'How long a booting machine may be quiet before it counts as stuck, in percent: 100 is 45 to 180 seconds, by what it does.',
  ),
  LINBO_DHCP: dhcpMode,
  LINBO_SERVER_OVERLAY: setting.oneOf(
    'auto',
    'yes',
    'no',
  )(
    'auto',
    'Whether linbofs64 itself names its LINBO server, because the DHCP server cannot: `auto` does with LINBO_DHCP=proxy.',
  ),
  LINBO_CLIENT_LOCALE: setting.text(
    '',
    'Language of clients, such as de_DE.UTF-8; empty: as this server.',
  ),
  LINBO_CLIENT_KEYMAP: setting.text(
    '',
    'Keyboard of their console, such as de; empty: as this server.',
  ),
  LINBO_CLIENT_TIMEZONE: setting.text(
    '',
    'Their time zone, such as Europe/Berlin; empty: as this server.',
  ),
}

export type ApiConfig = Settings<typeof schema>
