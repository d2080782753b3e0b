import { join } from 'node:path'
import { abortOpenTransfers } from '@linbo/db'
import type { Parts } from '@linbo/launch'
import { createBootIsoMaker } from '@linbo/linbofs'
import { type Clock, type Health, type Service, systemClock } from '@linbo/runtime'
import { openAdminToken } from './access/admin-token.ts'
import { createSessions } from './access/sessions.ts'
import { createSignInLimit } from './access/sign-in-limit.ts'
import { type Api, createApp } from './app.ts'
import { createBootBuilder, namesServer } from './boot-files/boot-build.ts'
import { createBootConfigPublisher } from './boot-files/boot-configs.ts'
import { createBootFileServer } from './boot-files/boot-files.ts'
import { createBootPackages } from './boot-files/boot-packages.ts'
import { completeBootFiles } from './boot-files/complete-boot-files.ts'
import { createIpxeGuard } from './boots/ipxe-guard.ts'
import { createLogFiles } from './client-files/log-files.ts'
import { type ApiConfig, schema } from './config.ts'
import { createGroupRenames } from './groups/group-rename.ts'
import { createStartConfFiles } from './groups/start-conf-files.ts'
import { createStartConfHistory } from './groups/start-conf-history.ts'
import { createDevicesWatch } from './hosts/devices-watch.ts'
import { createDashboard } from './http/dashboard.ts'
import { createEventSource } from './live/event-source.ts'
import { createEventsSocket } from './live/events-socket.ts'
import { createLiveTransfers } from './live/live-transfers.ts'
import { createMetrics } from './live/metrics.ts'
import { createRecorder } from './live/recorder.ts'
import { createRegistrationKeeper } from './registrations/registration-keeper.ts'
import { type HttpServer, openHttpServer } from './server.ts'
import { version } from './version.ts'

export type { BootBuild } from './boot-files/boot-build.ts'
export type { BootView as Boot } from './boots/boot-view.ts'
export type { ImageUse } from './client-files/image-use-view.ts'
export type { InventoryItem } from './client-files/inventory.ts'
export type { Group, GroupDetail } from './groups/group-view.ts'
export type { VersionView as StartConfVersion } from './groups/start-conf-view.ts'
export type { ImportResult } from './hosts/host-import.ts'
export type { HostView as Host } from './hosts/host-view.ts'
export type { OperationView as Operation } from './operations/operation-view.ts'
export type { RegistrationRules } from './registrations/registration-rules.ts'
export type { RegistrationView as Registration } from './registrations/registration-view.ts'
export type { UnknownMachine } from './registrations/unknown-view.ts'
export type { BootFile } from './routes/boot-files.ts'
export type { BootFirmware } from './routes/boot-firmware.ts'
export type {
  BootPackageActivation,
  BootPackageImport,
  BootPackageView as BootPackage,
} from './routes/boot-packages.ts'
export type { BootSet } from './routes/boot-sets.ts'
export type { GroupGrub, HostGrub } from './routes/grub.ts'
export type { HostHardware } from './routes/host-files.ts'
export type { LinboPasswordChange } from './routes/linbo-password.ts'
export type { Status } from './routes/status.ts'
export type { Api, ApiConfig }
export { schema }

export interface ApiParts extends Parts<ApiConfig> {
  /** Replaced in tests. */
  clock?: Clock
  /** Makes, once it runs, what can be made of GRUB's network tree. What goes wrong is logged with its fix. */
  completesBootFiles?: boolean
}

/**
 * The HTTP side of the suite: REST, events, the dashboard and boot files; and the recorder that turns events
 * into boots, transfers and host statuses.
 */
export function createApiService(parts: ApiParts): Service {
  const { config, db, bus, log } = parts
  const clock = parts.clock ?? systemClock
  const metrics = createMetrics({ withProcess: true, version })
  const startConfs = createStartConfFiles(config.LINBO_DIR)
  const events = createEventSource(bus, config.LINBO_EVENT_CLIENTS)
  const live = createLiveTransfers({ bus, now: clock.now, onFinished: metrics.transfer })
  const patience = config.LINBO_BOOT_PATIENCE / 100
  const recorder = createRecorder({ db, bus, clock, log, osName: startConfs.osName, patience })
  const history = createStartConfHistory({ db, files: startConfs, now: clock.now, log })
  const bootConfigs = createBootConfigPublisher({
    root: config.LINBO_DIR,
    server: { address: config.LINBO_SERVER_IP, httpPort: config.LINBO_HTTP_PORT },
    listsHosts: namesServer(config),
    db,
    bus,
    log,
    history,
  })
  const groupRenames = createGroupRenames({
    ...{ root: config.LINBO_DIR, db, files: startConfs, history, now: clock.now, log },
    publish: bootConfigs.publish,
  })
  const registrations = createRegistrationKeeper({
    ...{ db, bus, clock, log, bootConfigs },
    hasStartConf: async (group) => (await startConfs.list()).includes(group),
  })
  const devicesWatch = config.LINBO_DEVICES_FILE
    ? createDevicesWatch({
        ...{ file: config.LINBO_DEVICES_FILE, db, bus, log, bootConfigs },
        groups: startConfs.list,
      })
    : undefined
  const ipxeGuard = createIpxeGuard({ root: config.LINBO_DIR, bus, log })
  const bootFiles = createBootFileServer({
    ...{ root: config.LINBO_DIR, db, bus, log, clock },
    cacheBytes: config.LINBO_HTTP_CACHE_MB * 1024 * 1024,
    stallMs: 60_000,
  })
  const bootBuilder = createBootBuilder({ config, bus, log, now: clock.now })
  const bootPackages = createBootPackages({
    ...{
      dataDir: config.LINBO_DATA_DIR,
      root: config.LINBO_DIR,
      configDir: config.LINBO_CONFIG_DIR,
    },
    ...{ bus, bootBuilder, now: clock.now, maxBytes: config.LINBO_PACKAGE_MB * 1_000_000 },
  })
  const dashboard = createDashboard(config.LINBO_WEB_DIR)
  let server: HttpServer | undefined
  let failure: Error | undefined

  return {
    name: 'api',
    async start() {
      const adminToken = await openAdminToken(config.LINBO_DATA_DIR)
      if (parts.embedded) await abortOpenTransfers(db)
      await live.start()
      await ipxeGuard.start()
      await recorder.start()
      await groupRenames.recover()
      await bootPackages.start()
      await bootConfigs.start()
      await devicesWatch?.start()
      await registrations.start()
      const deps = {
        ...{
          db,
          bus,
          log,
          adminToken,
          version,
          startConfs,
          history,
          bootConfigs,
          devicesWatch,
          bootFiles,
          registrations,
          logFiles: createLogFiles(config.LINBO_DATA_DIR),
          events,
          live,
        },
        ...{ metrics, dashboard, groupRenames, now: clock.now, serverIp: config.LINBO_SERVER_IP },
        httpPort: config.LINBO_HTTP_PORT,
        linboDir: config.LINBO_DIR,
        dataDir: config.LINBO_DATA_DIR,
        configDir: config.LINBO_CONFIG_DIR,
        bootBuilder,
        bootPackages,
        bootIso: createBootIsoMaker(config.LINBO_DIR, join(config.LINBO_DATA_DIR, 'boot-iso')),
        bodyBytes: config.LINBO_HTTP_BODY_BYTES,
        sessions: createSessions(db, clock.now),
        signInLimit: createSignInLimit(),
      }
      server = await openHttpServer({
        port: config.LINBO_HTTP_PORT,
        address: config.LINBO_LISTEN,
        fetch: createApp(deps).fetch,
        socket: createEventsSocket(deps),
        onError: (error) => {
          failure = error
        },
      })
      if (parts.completesBootFiles) void completeBootFiles(config.LINBO_DIR, bootBuilder, log)
    },
    async stop() {
      events.close()
      await server?.close()
      server = undefined
      bootFiles.close()
      await bootPackages.stop()
      await bootBuilder.stop()
      await registrations.stop()
      await devicesWatch?.stop()
      await bootConfigs.stop()
      await recorder.stop()
      await ipxeGuard.stop()
      await live.stop()
    },
    health(): Health {
      if (failure) return { state: 'failed', detail: failure.message }
      if (!server) return { state: 'stopped' }
      const facts = { port: server.port, recording: recorder.isRecording() }
      const problem = bootConfigs.problem() ?? devicesWatch?.problem()
      if (problem) return { state: 'degraded', detail: problem, facts }
      return { state: 'ok', facts }
    },
  }
}
