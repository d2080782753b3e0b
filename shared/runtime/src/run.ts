import type { Logger } from '@linbo/log'
import { toLinboError } from './errors.ts'
import type { Service } from './service.ts'

export interface RunOptions {
  services: Service[]
  log: Logger
  /** Called when everything is up. */
  onReady?(): void | Promise<void>
  /** Closed last, after every service has stopped: the bus and the database. */
  onStopped?(): Promise<void>
  /** Ends the run; without it SIGINT and SIGTERM do. */
  signal?: AbortSignal
}

/**
 * Starts the services in order and runs them until a signal comes. A service that fails to start stops
 * those before it and rejects with its `LinboError`. Stops in reverse order.
 */
export async function run(options: RunOptions): Promise<void> {
  const started: Service[] = []
  const stopAll = async () => {
    for (const service of started.reverse()) {
      await service
        .stop()
        .catch((err) => options.log.error({ err, service: service.name }, 'service did not stop'))
    }
    await options.onStopped?.()
  }
  const ended = options.signal ? aborted(options.signal) : untilSignal()
  for (const service of options.services) {
    try {
      const outcome = await Promise.race([
        service.start().then(() => 'started' as const),
        ended.promise,
      ])
      started.push(service)
      if (outcome !== 'started') break
      options.log.info({ service: service.name, ...service.health().facts }, 'service started')
    } catch (error) {
      ended.cancel()
      // It may have opened something before it failed.
      started.push(service)
      await stopAll()
      throw toLinboError(error, 'SERVICE_START', `${service.name} did not start`)
    }
  }
  await options.onReady?.()
  const reason = await ended.promise
  options.log.info({ reason }, 'stopping')
  await stopAll()
}

function untilSignal() {
  let settle: (reason: string) => void = () => {}
  const promise = new Promise<string>((resolve) => {
    settle = resolve
  })
  const handlers = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => {
    let asked = false
    const handler = () => {
      // Asked twice: whoever waits has lost patience.
      if (asked) process.exit(1)
      asked = true
      settle(name)
    }
    process.on(name, handler)
    return [name, handler] as const
  })
  return {
    promise,
    cancel: () => {
      for (const [name, handler] of handlers) process.off(name, handler)
    },
  }
}

function aborted(signal: AbortSignal) {
  const promise = new Promise<string>((resolve) => {
    if (signal.aborted) resolve('abort')
    else signal.addEventListener('abort', () => resolve('abort'), { once: true })
  })
  return { promise, cancel: () => {} }
}
