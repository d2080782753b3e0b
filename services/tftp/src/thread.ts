import { parentPort, workerData } from 'node:worker_threads'
import { type ThreadStart, wrapError } from '@linbo/runtime/thread'
import { Engine, type EngineConfig } from './engine.ts'
import type { News, ThreadUp } from './news.ts'

const config = workerData as EngineConfig
const isVerbose = config.LINBO_LOG_LEVEL === 'debug'
const post = (message: News | ThreadStart<ThreadUp>) => parentPort?.postMessage(message)
const tell = (news: News) => {
  if (news.type !== 'log' || news.level !== 'debug' || isVerbose) post(news)
}

try {
  const engine = new Engine(config, tell, () => performance.now())
  await engine.start()
  parentPort?.once('message', async () => {
    await engine.stop()
    parentPort?.close()
  })
  post({ type: 'up', up: { port: engine.port } })
} catch (error) {
  post({ type: 'failed', error: wrapError(error) })
}
