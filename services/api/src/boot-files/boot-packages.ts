import { join } from 'node:path'
import { artworkDigests, listBootSets } from '@linbo/boot'
import type { Bus } from '@linbo/bus'
import {
  bootPackageOf,
  findPackage,
  importPackage,
  listPackages,
  makeBase,
  type PackageName,
  placedVersion,
  placeServerFiles,
  type ReceivedPackage,
  receivePackage,
  removePackage,
  type StoredPackage,
  sweepStore,
} from '@linbo/linbofs'
import { apiError } from '../errors.ts'
import type { Tell } from '../http/progress-answer.ts'
import type { BootBuilder } from './boot-build.ts'

/** What an activation changed. */
export interface Activation {
  package: string
  /** The boot set machines get now; null for the GUI's package, which is in none. */
  set: string | null
  /** Files below LINBO_DIR that were put there. */
  written: string[]
  /** Files below LINBO_DIR that somebody changed, and that stayed as they are. */
  kept: string[]
  warnings: string[]
}

export interface PackageImport {
  by: string
  expectedSha256?: string
  signature?: Uint8Array
}

/** The packages that boot sets are made from. */
export interface BootPackages {
  /** Clears away what was interrupted. Before anything else. */
  start(): Promise<void>
  /** Gives up imports that are under way. Resolves when none is. */
  stop(): Promise<void>
  /** @throws LinboError `PACKAGE_TOO_LARGE`, `PACKAGE_NO_SPACE`, `PACKAGE_STORE` */
  receive(source: AsyncIterable<Uint8Array>, sizeBytes?: number): Promise<ReceivedPackage>
  take(
    received: ReceivedPackage,
    options: PackageImport,
    tell: Tell,
  ): Promise<{ package: StoredPackage; isNew: boolean }>
  list(): Promise<StoredPackage[]>
  /** By id, or by version. @throws LinboError `PACKAGE_UNKNOWN` */
  find(asked: string): Promise<StoredPackage>
  /** The version of each package that machines get. */
  active(): Promise<Map<PackageName, string>>
  activate(
    asked: string,
    options: { by: string; replace: boolean },
    tell: Tell,
  ): Promise<Activation>
  /** @throws LinboError `PACKAGE_UNKNOWN`, `PACKAGE_ACTIVE` */
  remove(asked: string): Promise<StoredPackage>
}

export function createBootPackages(options: {
  /** LINBO_DATA_DIR */
  dataDir: string
  /** LINBO_DIR */
  root: string
  /** LINBO_CONFIG_DIR */
  configDir: string
  /** Longest .deb that is taken. */
  maxBytes: number
  now(): number
  bus: Pick<Bus, 'publish'>
  bootBuilder: Pick<BootBuilder, 'build'>
}): BootPackages {
  const { root, bus, now } = options
  const store = join(options.dataDir, 'boot-packages')
  const changed = (id: string, change: 'imported' | 'activated' | 'removed') =>
    bus.publish('boot-package.changed', { package: id, change })
  // A package that is being activated must not be removed, nor another be activated beside it.
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work)
    turn = done.catch(() => {})
    return done
  }
  const stopping = new AbortController()
  const { signal } = stopping
  const imports = new Set<Promise<unknown>>()
  const active = async () => {
    const versions = new Map<PackageName, string>()
    const set = (await listBootSets(root, now())).find(({ isCurrent }) => isCurrent)
    if (set?.version) versions.set('linuxmuster-linbo7', set.version)
    const gui = await placedVersion(store, 'linuxmuster-linbo-gui7')
    if (gui !== undefined) versions.set('linuxmuster-linbo-gui7', gui)
    return versions
  }

  return {
    active,
    start: () => sweepStore(store),
    async stop() {
      stopping.abort()
      await Promise.allSettled(imports)
    },
    receive: (source, sizeBytes) =>
      receivePackage({
        ...{ store, source, maxBytes: options.maxBytes },
        ...(sizeBytes === undefined ? {} : { sizeBytes }),
      }),
    async take(received, { by, expectedSha256, signature }, tell) {
      const importing = importPackage({
        ...{ store, received, by, now: new Date(now()) },
        // Steps are told often enough to end an import at one.
        tell: (step, percent) => {
          signal.throwIfAborted()
          tell(step, percent)
        },
        prepare: ({ folder }) =>
          makeBase({ folder, signal, onProgress: (text) => tell(text, null) }),
        keyring: join(options.configDir, 'keyring.gpg'),
        ...(expectedSha256 === undefined ? {} : { expectedSha256 }),
        ...(signature === undefined ? {} : { signature }),
      })
      imports.add(importing)
      const imported = await importing.finally(() => imports.delete(importing))
      if (imported.isNew) changed(imported.package.id, 'imported')
      return imported
    },
    list: () => listPackages(store),
    find: (asked) => findPackage(store, asked),
    activate: (asked, { by, replace }, tell) =>
      inTurn(async () => {
        const stored = await findPackage(store, asked)
        const isGui = stored.name === 'linuxmuster-linbo-gui7'
        const built = isGui
          ? undefined
          : await options.bootBuilder.build({ package: bootPackageOf(stored), by, tell })
        tell('place', null)
        const own = await artworkDigests(root)
        const placed = await placeServerFiles({ root, store, package: stored, replace, own })
        changed(stored.id, 'activated')
        const { set = null, warnings = [] } = built ?? {}
        return { package: stored.id, set, ...placed, warnings }
      }),
    remove: (asked) =>
      inTurn(async () => {
        const stored = await findPackage(store, asked)
        if ((await active()).get(stored.name) === stored.version)
          throw apiError(
            'PACKAGE_ACTIVE',
            `machines get ${stored.id}`,
            'Activate another version first: linbo boot activate VERSION',
          )
        await removePackage(store, stored)
        changed(stored.id, 'removed')
        return stored
      }),
  }
}
