import { Worker } from 'node:worker_threads'
import { type Health, LinboError, type Service } from '@linbo/runtime'
import type { EngineConfig } from './engine.ts'
import type { TftpParts } from './index.ts'
import type { News } from './news.ts'
import { createReport } from './report.ts'
import type { FromThread, ToThread, WrappedError } from './thread-messages.ts'

interface Running {
  worker: Worker
  port: number
  exited: Promise<void>
}

/** The service's side of the serving thread: starts and stops it, and passes on what it tells. */
export function createServer(parts: TftpParts): Service {
  const { config, log } = parts
  const report = createReport(parts)
  let running: Running | undefined
  let state = { transfers: 0, rootMissing: false }

  function take(news: News): void {
    if (news.type === 'state') state = news
    else if (news.type === 'log') log[news.level](news.facts, news.text)
    else report.take(news)
  }

  return {
    name: 'tftp',
    async start() {
      running = await startThread(config, take)
    },
    async stop() {
      running?.worker.postMessage({ type: 'stop' } satisfies ToThread)
      await running?.exited
      running = undefined
      await report.settled()
    },
    health(): Health {
      if (!running) return { state: 'stopped' }
      const root = config.LINBO_DIR
      const facts = { port: running.port, root, transfers: state.transfers }
      if (!state.rootMissing) return { state: 'ok', facts }
      return { state: 'degraded', detail: `${root} is missing`, facts }
    },
  }
}

/** @throws LinboError `UDP_PORT` when the thread cannot listen. */
async function startThread(config: EngineConfig, take: (news: News) => void): Promise<Running> {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: { ...config } })
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  worker.on('message', (message: FromThread) => {
    if (message.type === 'news') take(message.news)
    else if (message.type === 'listening') resolve(message.port)
    else reject(unwrapError(message.error))
  })
  let isUp = false
  worker.once('error', (error) => {
    if (!isUp) return reject(error)
    // A bug of ours: without the thread nothing is served, so the process ends, to be started again.
    queueMicrotask(() => {
      throw error
    })
  })
  try {
    const port = await promise
    isUp = true
    return { worker, exited, port }
  } catch (error) {
    await worker.terminate()
    throw error
  }
}

function unwrapError({ code, message, fix }: WrappedError): Error {
  return code && fix ? new LinboError(code, message, { fix }) : new Error(message)
}
