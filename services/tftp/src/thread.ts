import { parentPort, workerData } from 'node:worker_threads'
import type { LinboError } from '@linbo/runtime'
import { Engine, type EngineConfig } from './engine.ts'
import type { News } from './news.ts'
import type { FromThread, ToThread } from './thread-messages.ts'

const config = workerData as EngineConfig
const isVerbose = config.LINBO_LOG_LEVEL === 'debug'
const post = (message: FromThread) => parentPort?.postMessage(message)
const tell = (news: News) => {
  if (news.type !== 'log' || news.level !== 'debug' || isVerbose) post({ type: 'news', news })
}

try {
  const engine = new Engine(config, tell, () => performance.now())
  await engine.start()
  parentPort?.on('message', async (message: ToThread) => {
    if (message.type !== 'stop') return
    await engine.stop()
    parentPort?.close()
  })
  post({ type: 'listening', port: engine.port })
} catch (error) {
  const { code, message, fix } = error as LinboError
  post({ type: 'failed', error: { code, message, fix } })
}
