import { basename, dirname } from 'node:path'
import { type FolderWatch, type Health, watchFolder } from '@linbo/runtime'
import type { DhcpParts } from './index.ts'
import { machineAddresses } from './link.ts'
import { type ServingThread, startServingThread } from './serving-thread.ts'
import { planSubnets } from './subnet.ts'
import { readSubnetsFile, type SubnetsFile } from './subnets-file.ts'

/**
 * The serving thread, which is started anew whenever subnets.csv changes: networks, pools and what is remembered of them
 * belong together. Clients ask again during the moment in between. A file that cannot be used leaves the last one in
 * force, and the health says so.
 * @throws LinboError when the file, interfaces, pools or ports do not allow a start.
 */
export async function startFollowing(parts: DhcpParts, path: string): Promise<ServingThread> {
  const { config, log } = parts
  let file = await readSubnetsFile(path)
  const warn = () => {
    for (const warning of file.warnings) log.warn({ file: path }, warning)
  }
  let thread: ServingThread | undefined = await startServingThread(parts, file.networks)
  let problem: string | undefined
  let isStopped = false
  let work = Promise.resolve()
  warn()

  async function restart(news: SubnetsFile): Promise<void> {
    await thread?.stop()
    thread = undefined
    thread = await startServingThread(parts, news.networks)
  }

  async function look(): Promise<void> {
    if (isStopped) return
    try {
      const news = await readSubnetsFile(path)
      if (news.text !== file.text || !thread) {
        planSubnets(config, machineAddresses(), news.networks)
        await restart(news)
        file = news
        log.info({ file: path, networks: file.networks.length }, 'networks read again')
        warn()
      }
      problem = undefined
    } catch (err) {
      problem = err instanceof Error ? err.message : String(err)
      log.warn({ err, file: path }, 'subnets.csv cannot be used, its last version counts')
      if (!thread) await restart(file).catch((err) => log.error({ err }, 'DHCP has stopped'))
    }
  }

  const watch: FolderWatch = watchFolder(
    dirname(path),
    (name) => {
      if (name === basename(path)) work = work.then(look)
    },
    {
      onError: (error) => {
        problem = `${path} is not watched: ${error.message}`
      },
    },
  )
  return {
    health(): Health {
      if (!thread) return { state: 'failed', detail: problem ?? 'starting anew' }
      const health = thread.health()
      if (!problem) return health
      const detail = [`the last subnets.csv counts: ${problem}`, health.detail]
      return { ...health, state: 'degraded', detail: detail.filter(Boolean).join('; ') }
    },
    async stop() {
      isStopped = true
      watch.close()
      await work
      await thread?.stop()
    },
  }
}
