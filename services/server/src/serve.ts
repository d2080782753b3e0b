import { describe, load, locate } from '@linbo/config'
import { openParts, reportHealth } from '@linbo/launch'
import { run } from '@linbo/runtime'
import { banner } from './banner.ts'
import { moveLowPorts } from './low-ports.ts'
import { createServices } from './services.ts'
import { suiteSchema } from './settings.ts'
import { claimTree } from './tree.ts'

export interface ServeOptions {
  environment: Record<string, string | undefined>
  /** The checkout's root when running from one: data goes to `<checkout>/data`. */
  checkout?: string
  /** True when a person watches: readable log lines instead of JSON. */
  pretty: boolean
  print(text: string): void
  /** Ends the run; without it SIGINT and SIGTERM do. */
  signal?: AbortSignal
}

/** The effective settings of this machine, as rows for people. */
export function effectiveSettings(options: Pick<ServeOptions, 'environment' | 'checkout'>) {
  const { dataDir, file } = locate(options)
  const schema = suiteSchema(dataDir)
  return describe(schema, load(schema, options.environment, file))
}

/**
 * Runs the suite in this process until a signal comes.
 * @throws LinboError with a fix: wrong settings, taken port, unwritable or used data directory, …
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { dataDir, file } = locate(options)
  const schema = suiteSchema(dataDir)
  const loaded = load(schema, options.environment, file)
  const moved = await moveLowPorts(loaded)
  await claimTree(loaded.values.LINBO_DIR)
  const { close, ...parts } = await openParts(loaded.values, {
    shared: false,
    pretty: options.pretty,
  })
  try {
    const services = createServices(parts)
    const reporting = reportHealth(services, parts.bus, describe(schema, loaded))
    await run({
      services,
      log: parts.log,
      onReady: () => {
        reporting.tell()
        options.print(banner(services, parts.config, moved))
      },
      onStopped: reporting.stop,
      ...(options.signal ? { signal: options.signal } : {}),
    })
  } finally {
    await close()
  }
}
