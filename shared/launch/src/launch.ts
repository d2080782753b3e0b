import { hostname } from 'node:os'
import { openBus } from '@linbo/bus'
import { describe, load, locate, type Schema, type Settings, suite } from '@linbo/config'
import { run, type Service } from '@linbo/runtime'
import { type HealthReport, reportHealth } from './health.ts'
import { openParts, type Parts, printProblem } from './parts.ts'

/**
 * A container's entry: runs one service alone, on Postgres and Redis. With `--health` it asks Redis how the
 * service on this machine is and exits 0 or 1.
 */
export async function launch<S extends Schema>(options: {
  name: string
  schema: S
  create(parts: Parts<Settings<S>>): Service
}): Promise<void> {
  try {
    const { dataDir, file } = locate({ environment: process.env })
    const schema = { ...suite(dataDir), ...options.schema }
    const loaded = load(schema, process.env, file)
    const config = loaded.values as Parts<Settings<S>>['config']
    if (process.argv.includes('--health')) {
      process.exitCode = (await isHealthy(options.name, config.REDIS_URL)) ? 0 : 1
      return
    }
    const pretty = process.stdout.isTTY === true
    const { close, ...parts } = await openParts<Settings<S>>(config, { shared: true, pretty })
    const service = options.create({ ...parts, log: parts.log.child({ service: options.name }) })
    const reporting = reportHealth([service], parts.bus, describe(schema, loaded))
    await run({
      services: [service],
      log: parts.log,
      onReady: reporting.tell,
      onStopped: async () => {
        await reporting.stop()
        await close()
      },
    })
  } catch (error) {
    printProblem(error)
    process.exitCode = 1
  }
}

async function isHealthy(name: string, redisUrl: string | undefined): Promise<boolean> {
  const bus = await openBus({ url: redisUrl, shared: true })
  const report = await bus.state.get<HealthReport>(`service:${name}@${hostname()}`)
  await bus.close()
  return report?.state === 'ok' || report?.state === 'degraded'
}
