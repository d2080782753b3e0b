import { type Health, type Service, startThread, type Thread } from '@linbo/runtime'
import type { TftpParts } from './index.ts'
import type { News, ThreadUp } from './news.ts'
import { createReport } from './report.ts'

/** The service's side of the serving thread: starts and stops it, and passes on what it tells. */
export function createServer(parts: TftpParts): Service {
  const { config, log } = parts
  const report = createReport(parts)
  let thread: Thread<ThreadUp> | undefined
  let state = { transfers: 0, rootMissing: false }

  function take(news: News): void {
    if (news.type === 'state') state = news
    else if (news.type === 'log') log[news.level](news.facts, news.text)
    else report.take(news)
  }

  return {
    name: 'tftp',
    async start() {
      const module = new URL('./thread.ts', import.meta.url)
      thread = await startThread({ module, data: { ...config }, onMessage: take })
    },
    async stop() {
      thread?.post('stop')
      await thread?.exited
      thread = undefined
      await report.settled()
    },
    health(): Health {
      if (!thread) return { state: 'stopped' }
      const root = config.LINBO_DIR
      const facts = { port: thread.up.port, root, transfers: state.transfers }
      if (!state.rootMissing) return { state: 'ok', facts }
      return { state: 'degraded', detail: `${root} is missing`, facts }
    },
  }
}
