import { existsSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { setting } from './env.ts'

export interface LocateOptions {
  /** The checkout's root, when running from one. */
  checkout?: string
  environment: Record<string, string | undefined>
}

/** Finds the data directory and reads its `.env` file, before any schema is loaded. */
export function locate(options: LocateOptions): {
  dataDir: string
  file: Record<string, string | undefined>
} {
  const fallback = options.checkout ? join(options.checkout, 'data') : '/var/lib/linbo'
  const dataDir = resolve(options.environment.LINBO_DATA_DIR || fallback)
  const path = join(dataDir, '.env')
  return { dataDir, file: existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {} }
}

/** For the API, which listens there, and for those who tell clients where that is. */
export const httpPort = setting.port(
  8080,
  'TCP port of the API, the dashboard and boot files over HTTP.',
)

/** For the DHCP service, and for those who build what boots differently beside another DHCP server. */
export const dhcpMode = setting.oneOf(
  'off',
  'proxy',
  'full',
)('off', '`off`, `proxy` (boot files beside another DHCP server) or `full` (addresses too).')

/** The settings every service shares. `dataDir` comes from `locate()`. */
export function suite(dataDir: string) {
  return {
    LINBO_DATA_DIR: setting.text(dataDir, 'Database, keys, secrets and the admin token.'),
    LINBO_DIR: setting.text(
      () => (dataDir === '/var/lib/linbo' ? '/srv/linbo' : join(dataDir, 'srv', 'linbo')),
      "The tree served to clients, in LINBO's own layout.",
    ),
    LINBO_CONFIG_DIR: setting.text(
      () => (dataDir === '/var/lib/linbo' ? '/etc/linuxmuster/linbo' : join(dataDir, 'linbofs')),
      'What administrators put into the initramfs: keys, firmware list, Wi-Fi, further files.',
    ),
    LINBO_LISTEN: setting.address('0.0.0.0', 'Address the services bind.'),
    LINBO_SERVER_IP: setting.address(() => defaultAddress(), 'Address that clients are told.'),
    LINBO_LOG_LEVEL: setting.oneOf(
      'debug',
      'info',
      'warn',
      'error',
      'silent',
    )('info', 'How much is logged.'),
    DATABASE_URL: setting.secret('Postgres 15 or newer; empty means the embedded database.'),
    REDIS_URL: setting.secret('Redis 7 or newer; empty means in this process.'),
  }
}

/** The address of the interface that has the default route, else the first that is not loopback. */
function defaultAddress(): string {
  const all = networkInterfaces()
  const routed = defaultRouteInterface()
  const names = routed ? [routed, ...Object.keys(all)] : Object.keys(all)
  for (const name of names) {
    for (const one of all[name] ?? [])
      if (one.family === 'IPv4' && !one.internal) return one.address
  }
  return '127.0.0.1'
}

function defaultRouteInterface(): string | undefined {
  try {
    const routes = readFileSync('/proc/net/route', 'utf8').split('\n').slice(1)
    return routes.map((line) => line.split('\t')).find((fields) => fields[1] === '00000000')?.[0]
  } catch {
    return undefined
  }
}
