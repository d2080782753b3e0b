import { LinboError } from '@linbo/runtime'
import type { Bus } from './bus.ts'
import { createMemoryBus } from './memory.ts'

/**
 * REDIS_URL → Redis Streams, none → in this process.
 * @param options.shared set by a process that runs only some services: in-process news would be lost.
 * @throws LinboError `BUS_REQUIRED` or `BUS_UNREACHABLE`.
 */
export async function openBus(options: {
  url: string | undefined
  shared?: boolean
}): Promise<Bus> {
  if (!options.url) {
    if (!options.shared) return createMemoryBus()
    throw new LinboError('BUS_REQUIRED', 'a service that runs alone needs REDIS_URL', {
      fix: 'Set REDIS_URL (and DATABASE_URL), or run all services in one process with `linbo serve`.',
    })
  }
  const { openRedisBus } = await import('./redis.ts')
  try {
    return await openRedisBus(options.url)
  } catch (cause) {
    throw new LinboError('BUS_UNREACHABLE', `Redis does not answer at ${hostOf(options.url)}`, {
      fix: 'Start Redis, or correct REDIS_URL.',
      cause,
    })
  }
}

function hostOf(url: string): string {
  try {
    return new URL(url).host
  } catch {
    return 'REDIS_URL, which is not a URL'
  }
}
