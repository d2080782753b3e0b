import { randomBytes } from 'node:crypto'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { bootSetFolder, createPinnedBootSets } from '@linbo/boot'
import type { Machine } from '@linbo/bus'
import type { Parts } from '@linbo/launch'
import { type Health, type Service, systemClock, toLinboError, writeSecret } from '@linbo/runtime'
import { readUploadPassword } from '@linbo/ssh'
import { createClientFiles } from './client-files.ts'
import type { SyncConfig } from './config.ts'
import { type ConnectBack, createConnectBack } from './connect-back.ts'
import { createDaemon, type Daemon } from './daemon.ts'
import { errorCode } from './errors.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { Journal } from './journal.ts'
import { createMachines } from './machines.ts'
import { createOnboot, createPrepared } from './prepare.ts'
import { createPublisher, type Publisher } from './publish.ts'
import { rsyncdConf, slotUser } from './rsyncd-conf.ts'
import { createStaging } from './staging.ts'
import { createTransfers, progressMs } from './transfers.ts'

/** A machine that keeps asking is reported no more often than this. */
const seenEveryMs = 5000
const pruneMs = 60 * 60_000

export interface SyncParts extends Parts<SyncConfig> {
  /** The rsync program; another one only in tests. */
  rsync?: string
}

/**
 * LINBO's rsync service: modules `linbo` and `linbo-upload` for clients, served by a stock rsync daemon that
 * only this gateway talks to.
 */
export function createSyncService(parts: SyncParts): Service {
  const { config, bus, db, log } = parts
  const now = () => systemClock.now()
  let daemon: Daemon | undefined
  let gateway: Gateway | undefined
  let publisher: Publisher | undefined
  let connectBack: ConnectBack | undefined
  let ticking: NodeJS.Timeout | undefined
  let pruning: NodeJS.Timeout | undefined

  const lastSeen = new Map<string, number>()
  function seen(machine: Machine): void {
    const key = machine.ip ?? ''
    if (now() - (lastSeen.get(key) ?? 0) < seenEveryMs) return
    if (lastSeen.size > 5000) lastSeen.clear()
    lastSeen.set(key, now())
    bus.publish('host.seen', { ...machine, by: 'rsync' })
  }

  async function start(): Promise<void> {
    const root = resolve(config.LINBO_DIR)
    const work = resolve(config.LINBO_DATA_DIR, 'sync')
    const stagingFolder = join(root, '.staging')
    const preparedFolder = join(work, 'prepared')
    const isRoot = process.getuid?.() === 0
    await mkdir(root, { recursive: true })
    await mkdir(work, { recursive: true, mode: 0o711 })
    const { uid, gid } = await stat(root)
    const nobody = isRoot ? await findNobody() : undefined
    const uploader = nobody && (uid === 0 ? nobody : { uid, gid })

    const upload = await readUploadPassword(config.LINBO_DATA_DIR)
    const ourPassword = randomBytes(24).toString('base64url')
    const ourSecrets = join(work, 'gateway.secrets')
    const slots = Array.from({ length: config.LINBO_RSYNC_CONNECTIONS }, (_, index) => index + 1)
    await writeSecret(
      ourSecrets,
      slots.map((slot) => `${slotUser(slot)}:${ourPassword}\n`).join(''),
    )

    const journal = new Journal(systemClock)
    const prepared = createPrepared({ folder: preparedFolder, gid: nobody?.gid })
    const staging = createStaging({ folder: stagingFolder, uploader })
    publisher = createPublisher({ root, db, bus, owner: isRoot ? { uid, gid } : undefined })
    await prepared.open()
    await staging.open()
    const maxBytes = config.LINBO_RSYNC_LOG_KB * 1024
    const files = createClientFiles({
      ...{ db, dataDir: config.LINBO_DATA_DIR, maxBytes, now, log },
      secrets: async () => [(await readUploadPassword(config.LINBO_DATA_DIR)).password],
    })
    connectBack = createConnectBack({
      db,
      files,
      dataDir: config.LINBO_DATA_DIR,
      port: config.LINBO_CLIENT_SSH_PORT,
      connectMs: config.LINBO_RSYNC_LOG_CONNECT_MS,
      totalMs: config.LINBO_RSYNC_LOG_FETCH_MS,
      maxBytes,
    })
    const logPipe = join(work, 'rsyncd.log.pipe')
    daemon = createDaemon({
      confPath: join(work, 'rsyncd.conf'),
      conf: rsyncdConf({
        root,
        staging: stagingFolder,
        prepared: preparedFolder,
        bootSets: join(root, bootSetFolder),
        logPipe,
        ourSecrets,
        uploadSecrets: upload.path,
        isRoot,
        server: nobody ?? { uid, gid },
        uploader: uploader ?? { uid, gid },
      }),
      logPipe,
      onLog: (line) => journal.take(line),
      log,
      ...(parts.rsync ? { command: parts.rsync } : {}),
    })
    await daemon.start()
    const transfers = createTransfers({ bus, now })
    gateway = createGateway({
      daemon,
      journal,
      ourPassword,
      root,
      preparedFolder,
      isLocked: isRoot,
      machines: createMachines({ db, now }),
      transfers,
      prepared,
      bootSets: createPinnedBootSets(root, now),
      onboot: createOnboot(root),
      staging,
      publisher,
      connectBack,
      bus,
      seen,
      reached: new Set(),
      log,
      address: config.LINBO_LISTEN,
      port: config.LINBO_RSYNC_PORT,
      limits: {
        connections: config.LINBO_RSYNC_CONNECTIONS,
        perClient: config.LINBO_RSYNC_CONNECTIONS_PER_CLIENT,
        handshakeMs: config.LINBO_RSYNC_HANDSHAKE_MS,
      },
    })
    await gateway.start()
    ticking = setInterval(() => transfers.tick(), progressMs)
    const prune = () =>
      void files.prune().catch((err) => log.warn({ err }, 'old client files not removed'))
    prune()
    pruning = setInterval(prune, pruneMs)
  }

  async function stop(): Promise<void> {
    clearInterval(ticking)
    clearInterval(pruning)
    await connectBack?.stop()
    await gateway?.stop()
    await publisher?.settled()
    await daemon?.stop()
    gateway = undefined
    daemon = undefined
  }

  function health(): Health {
    if (!gateway || !daemon) return { state: 'stopped' }
    const facts = {
      port: gateway.port,
      root: config.LINBO_DIR,
      connections: gateway.connections,
      daemonPort: daemon.port ?? 0,
      daemonPid: daemon.pid ?? 0,
    }
    return daemon.problem
      ? { state: 'failed', detail: daemon.problem, facts }
      : { state: 'ok', facts }
  }

  return {
    name: 'sync',
    async start() {
      try {
        await start()
      } catch (error) {
        await stop()
        throw toLinboError(
          error,
          errorCode.folder,
          'rsync did not start',
          'Check LINBO_DIR and LINBO_DATA_DIR.',
        )
      }
    },
    stop,
    health,
  }
}

/** The user without rights that files are served as. */
async function findNobody(): Promise<{ uid: number; gid: number }> {
  const line = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .find((one) => one.startsWith('nobody:'))
  const [, , uid, gid] = line?.split(':') ?? []
  return { uid: Number(uid ?? 65534), gid: Number(gid ?? 65534) }
}
