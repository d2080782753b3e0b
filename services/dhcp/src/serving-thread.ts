import { Worker } from 'node:worker_threads'
import type { Health } from '@linbo/runtime'
import type { DhcpParts } from './index.ts'
import { createOutside } from './outside.ts'
import {
  type FromThread,
  type ThreadData,
  type ToThread,
  unwrapError,
  wrapError,
} from './thread-messages.ts'

/** The thread that answers requests, seen from the service. */
export interface ServingThread {
  health(): Health
  stop(): Promise<void>
}

/** Room for what lives as long as a request: with less, garbage is collected many times a second under load. */
const youngMb = 64

/**
 * Starts the DHCP server in a thread of its own, so that no query of an embedded database keeps a machine waiting, and
 * does for it what needs database, bus or log.
 * @throws LinboError when interfaces, pools or ports do not allow it.
 */
export async function startServingThread(parts: DhcpParts): Promise<ServingThread> {
  const { config, db, embedded, bus, log } = parts
  const outside = createOutside(db, bus)
  const data: ThreadData = {
    config: { ...config },
    embedded,
    isVerbose: config.LINBO_LOG_LEVEL === 'debug',
  }
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: data,
    resourceLimits: { maxYoungGenerationSizeMb: youngMb },
  })
  const send = (message: ToThread) => worker.postMessage(message)
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const up = Promise.withResolvers<void>()
  let health: Health = { state: 'stopped' }
  let isUp = false

  worker.on('message', (message: FromThread) => {
    if (message.type === 'call') void answer(message)
    else if (message.type === 'publish') outside.publish(...message.event)
    else if (message.type === 'log') log[message.level](message.facts, message.text)
    else if (message.type === 'failed') up.reject(unwrapError(message.error))
    else {
      health = message.health
      if (message.type === 'up') up.resolve()
    }
  })
  worker.once('error', (error) => {
    if (!isUp) return up.reject(error)
    // A bug of ours: without the thread nothing is served, so the process ends, to be started again.
    queueMicrotask(() => {
      throw error
    })
  })

  async function answer({ id, name, args }: Extract<FromThread, { type: 'call' }>) {
    try {
      const work = outside[name] as (...words: unknown[]) => Promise<unknown>
      send({ type: 'reply', id, value: await work(...args) })
    } catch (error) {
      send({ type: 'reply', id, error: wrapError(error) })
    }
  }

  try {
    await up.promise
    isUp = true
  } catch (error) {
    await worker.terminate()
    throw error
  }
  const others = embedded
    ? undefined
    : await bus.subscribe((event) => {
        if (event.type !== 'lease.changed') return
        const { mac, ip, host: hostname } = event
        send({
          type: 'heard',
          lease: { mac, ip, hostname, expiresAt: Date.parse(event.expiresAt) },
        })
      })
  return {
    health: () => health,
    async stop() {
      await others?.close()
      send({ type: 'stop' })
      await exited
    },
  }
}
