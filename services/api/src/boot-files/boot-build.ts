import { join } from 'node:path'
import {
  activateBootSet,
  addBootSet,
  type BootServer,
  bootFileStatus,
  buildNetDir,
  ensureTree,
  isBuiltFor,
  stageBootSet,
} from '@linbo/boot'
import type { Bus } from '@linbo/bus'
import type { Settings } from '@linbo/config'
import {
  type BootPackage,
  buildBootSet,
  chooseBase,
  customKernel,
  findHooks,
  packageBase,
  passwordHashOf,
  publishTorrentOptions,
  readBuildInputs,
  readTorrentOptions,
  runHooks,
} from '@linbo/linbofs'
import type { Logger } from '@linbo/log'
import { loadClientKey, readUploadPassword, rememberClientHostKeys } from '@linbo/ssh'
import type { schema } from '../config.ts'

/** The settings that matter for what is built. */
export type BuildConfig = Pick<
  Settings<typeof schema>,
  | 'LINBO_DHCP'
  | 'LINBO_SERVER_OVERLAY'
  | 'LINBO_CLIENT_LOCALE'
  | 'LINBO_CLIENT_KEYMAP'
  | 'LINBO_CLIENT_TIMEZONE'
  | 'LINBO_HTTP_PORT'
> &
  Record<'LINBO_DIR' | 'LINBO_DATA_DIR' | 'LINBO_CONFIG_DIR' | 'LINBO_SERVER_IP', string>

/** A boot set that was built and given to machines. */
export interface BootBuild {
  /** Its id, and the one machines got before. */
  set: string
  before: string | null
  /** Version of the package it was built from; null for files that were found. */
  version: string | null
  kernelVersion: string | null
  /** What was put over LINBO's initramfs, for people. */
  overlay: string[]
  warnings: string[]
  /** Of linbofs64. */
  sizeBytes: number
  /** How long it took, GRUB's tree left out, in milliseconds. */
  ms: number
}

export interface BuildRequest {
  /** The package to build from; without it what machines have now is built anew. */
  package?: BootPackage
  /** Who has it made. */
  by: string
  tell?(step: string, percent: number | null): void
}

/** Builds what machines boot from. One build runs at a time. */
export interface BootBuilder {
  /**
   * Builds kernel and initramfs anew and gives them to machines; before that GRUB's network tree, when it is missing or
   * made for another server address.
   * @throws LinboError `LINBOFS_*`, `BOOT_*`, `SECRET_FILE`, `CHILD_MISSING`
   */
  build(request: BuildRequest): Promise<BootBuild>
  /**
   * Makes GRUB's network tree when that is needed.
   * @throws LinboError `BOOT_GRUB_MISSING`, `BOOT_GRUB_FAILED`, `BOOT_NETDIR_UNWRITABLE`
   */
  completeTree(tell?: BuildRequest['tell'], isForced?: boolean): Promise<void>
  /** Gives up what is being built; resolves when nothing is any more. */
  stop(): Promise<void>
}

export function createBootBuilder(deps: {
  config: BuildConfig
  bus: Pick<Bus, 'publish'>
  log: Logger
  now(): number
}): BootBuilder {
  const { config, bus, log, now } = deps
  const { LINBO_DIR: root, LINBO_DATA_DIR: dataDir, LINBO_CONFIG_DIR: configDir } = config
  const server: BootServer = { address: config.LINBO_SERVER_IP, httpPort: config.LINBO_HTTP_PORT }
  const cacheDir = join(dataDir, 'boot-cache')
  const hooks = { folders: hookFolders(configDir), env: hookEnvironment(config) }
  let stopped = new AbortController()
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }

  const completeTree = async (tell?: BuildRequest['tell'], isForced = false) => {
    await ensureTree(root)
    const files = await bootFileStatus(root)
    const isCore = (path: string) => /core\.(efi|0)$/.test(path)
    const isMissing = files.some((file) => isCore(file.path) && (!file.present || file.fix))
    if (!isForced && !isMissing && (await isBuiltFor(root, server))) return
    const { platforms } = await buildNetDir({
      ...{ root, server, signal: stopped.signal },
      onProgress: (text) => tell?.(text, null),
    })
    log.info({ built: platforms.map((one) => one.platform) }, 'GRUB network tree built')
  }

  const build = async ({ package: boot, by, tell }: BuildRequest): Promise<BootBuild> => {
    const onProgress = (text: string) => tell?.(text, null)
    const { signal } = stopped
    await completeTree(tell)
    const start = performance.now()
    const store = join(dataDir, 'boot-packages')
    onProgress('looking at the base')
    const chosen = boot
      ? { base: await packageBase(boot, { onProgress, signal }), boot }
      : await chooseBase({ root, store, onProgress, signal })
    const { base } = chosen
    onProgress('putting together what goes over it')
    const address = namesServer(config) ? config.LINBO_SERVER_IP : undefined
    const { password } = await readUploadPassword(dataDir)
    const { parts, hostKeys } = await readBuildInputs({
      ...{ configDir, dataDir, linboDir: root, cacheDir, facts: base.facts },
      password: await passwordHashOf(dataDir, password),
      publicKey: (await loadClientKey(dataDir)).publicKey,
      locale: {
        lang: config.LINBO_CLIENT_LOCALE,
        keymap: config.LINBO_CLIENT_KEYMAP,
        zone: config.LINBO_CLIENT_TIMEZONE,
      },
      ...(chosen.boot ? { packageFolder: chosen.boot.folder } : {}),
      ...(address ? { server: address } : {}),
    })
    const kernel = await customKernel(configDir, cacheDir, base.facts, signal)
    const staged = await stageBootSet(root)
    const built = await buildBootSet({
      ...{ base, parts, kernel, target: staged, cacheDir, hooks, onProgress, signal },
    })
    const { sha256, overlay, warnings, sizeBytes, kernelVersion } = built
    onProgress('giving it to machines')
    await rememberClientHostKeys(dataDir, hostKeys)
    const version = base.kind === 'package' ? base.name : null
    const record = {
      ...{ version, madeAt: new Date(now()).toISOString(), by, sha256, overlay },
      base: { kind: base.kind, name: base.name, bytes: built.baseBytes, sizeBytes },
      ...{ server: address ?? null, kernelVersion, warnings },
    }
    const set = await addBootSet(root, staged, record)
    const { before } = await activateBootSet(root, set, { now: now() })
    await publishTorrentOptions(root, await readTorrentOptions(configDir, root))
    bus.publish('boot-files.changed', { set, version })
    const ms = Math.round(performance.now() - start)
    const after = await findHooks(hooks.folders, 'post')
    warnings.push(
      ...after.warnings,
      ...(await runHooks(after.hooks, { cwd: root, env: hooks.env, onLine: onProgress, signal })),
    )
    log.info({ set, version, bytes: sizeBytes, ms, by }, 'boot set built')
    for (const warning of warnings) log.warn({ set, warning }, 'boot set is not as it should be')
    return { set, before, version, kernelVersion, overlay, warnings, sizeBytes, ms }
  }

  return {
    build: (request) => inTurn(() => build(request)),
    completeTree: (tell, isForced) =>
      inTurn(async () => {
        const { signal } = stopped
        await completeTree(tell, isForced).catch((error) => {
          if (!signal.aborted) throw error
        })
      }),
    async stop() {
      stopped.abort()
      await last
      stopped = new AbortController()
    },
  }
}

/** Beside a DHCP server that cannot name another LINBO server than itself. */
export function namesServer({
  LINBO_SERVER_OVERLAY: wanted,
  LINBO_DHCP: mode,
}: Pick<BuildConfig, 'LINBO_SERVER_OVERLAY' | 'LINBO_DHCP'>): boolean {
  return wanted === 'yes' || (wanted === 'auto' && mode === 'proxy')
}

/** The administrator's own, and upstream's where its configuration is used. */
function hookFolders(configDir: string): string[] {
  const upstream = configDir === '/etc/linuxmuster/linbo' ? ['/var/lib/linuxmuster/hooks'] : []
  return [join(configDir, 'hooks'), ...upstream]
}

function hookEnvironment(config: BuildConfig): Record<string, string> {
  const { LINBO_DIR, LINBO_DATA_DIR, LINBO_CONFIG_DIR, LINBO_SERVER_IP } = config
  return {
    ...{ LINBO_DIR, LINBO_DATA_DIR, LINBO_CONFIG_DIR, LINBO_SERVER_IP },
    ...{ LINBODIR: LINBO_DIR, LINBOSYSDIR: LINBO_CONFIG_DIR },
    ...{ PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
  }
}
