import {
  type BootServer,
  ensureTree,
  publishBootConfigs,
  type StartConfWatch,
  watchStartConfs,
} from '@linbo/boot'
import type { Bus } from '@linbo/bus'
import { type Db, listHosts, type StartConfVersion } from '@linbo/db'
import type { Logger } from '@linbo/log'
import type { StartConfHistory } from '../groups/start-conf-history.ts'

/** Keeps the boot configurations below LINBO_DIR in step with the hosts and the start.conf files. */
export interface BootConfigPublisher {
  /** @throws LinboError when the tree cannot be made. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Resolves when what is in the database now is published, or cannot be; `problem()` tells. */
  publish(): Promise<void>
  /** Publishes a start.conf that was changed, and tells others of it. */
  startConfChanged(version: StartConfVersion): Promise<void>
  /** Why publishing does not work at the moment. */
  problem(): string | undefined
}

export function createBootConfigPublisher(deps: {
  root: string
  /** Where machines load from. */
  server: BootServer
  /** Whether our initramfs asks this server for its name, because the DHCP server beside cannot tell. */
  listsHosts: boolean
  db: Db
  bus: Pick<Bus, 'publish'>
  log: Logger
  history: StartConfHistory
}): BootConfigPublisher {
  const { root, server, listsHosts, db, bus, log, history } = deps
  let watch: StartConfWatch | undefined
  let watchProblem: string | undefined
  let publishProblem: string | undefined
  /** What administrators put where links would be, as it was told last. */
  let keptFiles = ''
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  const tellKept = (files: string[]) => {
    const list = files.toSorted().join(', ')
    if (list !== keptFiles && list) log.info({ files }, 'own files stand where our links would be')
    keptFiles = list
  }
  const run = async () => {
    try {
      const { kept } = await publishBootConfigs({
        root,
        server,
        listsHosts,
        hosts: await listHosts(db),
        log,
      })
      tellKept(kept)
      publishProblem = undefined
    } catch (err) {
      publishProblem = err instanceof Error ? err.message : String(err)
      log.error({ err }, 'boot configurations not published')
    }
  }
  // Changes that come while one publishing runs share the next one.
  const publish = (): Promise<void> => {
    if (running) {
      next ??= running.then(() => {
        next = undefined
        return publish()
      })
      return next
    }
    running = run().finally(() => {
      running = undefined
    })
    return running
  }
  const startConfChanged = async ({ group, author, number }: StartConfVersion) => {
    await publish()
    bus.publish('start-conf.changed', { group, author, version: number })
  }
  const lookAt = async (group: string) => {
    const version = await history.notice(group)
    if (version) await startConfChanged(version)
  }
  return {
    async start() {
      await ensureTree(root)
      watch = watchStartConfs(
        root,
        (group) =>
          void lookAt(group).catch((err) => log.warn({ err, group }, 'start.conf not read')),
        {
          onError: (error) => {
            watchProblem = `start.conf files are not watched: ${error.message}`
          },
        },
      )
      const changed = await history.scan()
      await publish()
      for (const { source, group, author, number } of changed) {
        if (source === 'disk') bus.publish('start-conf.changed', { group, author, version: number })
      }
    },
    async stop() {
      watch?.close()
      await next
      await running
    },
    publish,
    startConfChanged,
    problem: () => publishProblem ?? watchProblem,
  }
}
