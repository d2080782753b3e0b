import { createHash } from 'node:crypto'
import {
  type BootServer,
  ensureTree,
  publishBootConfigs,
  type StartConfWatch,
  watchStartConfs,
} from '@linbo/boot'
import type { Bus } from '@linbo/bus'
import { type Db, listHosts } from '@linbo/db'
import type { Logger } from '@linbo/log'
import type { StartConfFiles } from './start-conf-files.ts'

/** Keeps the boot configurations below LINBO_DIR in step with the hosts and the start.conf files. */
export interface BootConfigPublisher {
  /** @throws LinboError when the tree cannot be made. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Resolves when what is in the database now is published, or cannot be; `problem()` tells. */
  publish(): Promise<void>
  /** Looks at this group's start.conf; one that changed is published and told to others. */
  startConfChanged(group: string): Promise<void>
  /** Why publishing does not work at the moment. */
  problem(): string | undefined
}

export function createBootConfigPublisher(deps: {
  root: string
  /** Where machines load from. */
  server: BootServer
  db: Db
  bus: Pick<Bus, 'publish'>
  log: Logger
  startConfs: StartConfFiles
}): BootConfigPublisher {
  const { root, server, db, bus, log, startConfs } = deps
  const digests = new Map<string, string | undefined>()
  let watch: StartConfWatch | undefined
  let watchProblem: string | undefined
  let publishProblem: string | undefined
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  const run = async () => {
    try {
      await publishBootConfigs({ root, server, hosts: await listHosts(db), log })
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
  const digestOf = async (group: string) => {
    const text = await startConfs.read(group)
    return text === undefined ? undefined : createHash('sha256').update(text).digest('hex')
  }
  const startConfChanged = async (group: string) => {
    const digest = await digestOf(group)
    if (digest === digests.get(group)) return
    digests.set(group, digest)
    await publish()
    bus.publish('start-conf.changed', { group })
  }
  return {
    async start() {
      await ensureTree(root)
      for (const group of await startConfs.list()) {
        digests.set(group, await digestOf(group).catch(() => undefined))
      }
      await publish()
      watch = watchStartConfs(
        root,
        (group) =>
          void startConfChanged(group).catch((err) =>
            log.warn({ err, group }, 'start.conf not read'),
          ),
        {
          onError: (error) => {
            watchProblem = `start.conf files are not watched: ${error.message}`
          },
        },
      )
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
