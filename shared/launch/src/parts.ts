import { type Bus, openBus } from '@linbo/bus'
import type { Settings, suite } from '@linbo/config'
import { type Database, openDatabase } from '@linbo/db'
import { createLogger, type Logger } from '@linbo/log'
import type { LinboError } from '@linbo/runtime'

export type SuiteSettings = Settings<ReturnType<typeof suite>>

/** What every service is handed: its settings, and the parts it shares with the others. */
export interface Parts<Config = object> {
  config: SuiteSettings & Config
  db: Database['db']
  /** True when the database is this process's own. */
  embedded: boolean
  bus: Bus
  log: Logger
}

/**
 * Opens database, bus and log for these settings.
 * @param shared true in a process that runs a single service: it then needs DATABASE_URL and REDIS_URL.
 */
export async function openParts<Config>(
  config: SuiteSettings & Config,
  options: { shared: boolean; pretty: boolean },
): Promise<Parts<Config> & { close(): Promise<void> }> {
  const log = createLogger({ level: config.LINBO_LOG_LEVEL, pretty: options.pretty })
  const database = await openDatabase({
    url: config.DATABASE_URL,
    dataDir: config.LINBO_DATA_DIR,
    shared: options.shared,
  })
  try {
    const bus = await openBus({ url: config.REDIS_URL, shared: options.shared })
    const close = async () => {
      await bus.close()
      await database.close()
    }
    return { config, db: database.db, embedded: database.embedded, bus, log, close }
  } catch (error) {
    await database.close()
    throw error
  }
}

/** A problem for people, on standard error: what is wrong, then what to do. */
export function printProblem(error: unknown): void {
  const { message, fix, code } = error as LinboError
  if (!code || typeof fix === 'undefined')
    console.error(error instanceof Error && !code ? error : message)
  else console.error(`${message}\n  → ${fix}`)
}
