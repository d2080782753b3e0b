import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Bus } from '@linbo/bus'
import { type Db, findDeviceFile, recordAudit } from '@linbo/db'
import { defaultSchool } from '@linbo/formats'
import type { Logger } from '@linbo/log'
import { type FolderWatch, LinboError, toLinboError, watchFolder } from '@linbo/runtime'
import type { BootConfigPublisher } from '../boot-files/boot-configs.ts'
import { afterImport, countsOf, importDevices } from './host-import.ts'

/** Follows an administrator's devices.csv files. */
export interface DevicesWatch {
  start(): Promise<void>
  stop(): Promise<void>
  /** After an import by hand: forgets problems with files that were taken over by it. */
  recheck(): Promise<void>
  /** Which file could not be taken over, and why. */
  problem(): string | undefined
}

/** No devices.csv is this long. */
const longestBytes = 16 * 1024 * 1024
const schoolFile = /^([a-z0-9][a-z0-9-]{0,62})\.devices\.csv$/

/**
 * Takes over a devices.csv whenever it changes, and at the start when it is not the one that was taken over last: all
 * of it or, when a line is refused, nothing. What the file says wins; hosts that an earlier version of it had go with
 * their rows, others stay. Files of other schools are found as linuxmuster lays them out: `<school>.devices.csv` in the
 * same folder or, beside a folder `default-school`, in the folder `<school>`.
 * @param file path of the default school's devices.csv
 */
export function createDevicesWatch(deps: {
  file: string
  db: Db
  bus: Bus
  log: Logger
  bootConfigs: Pick<BootConfigPublisher, 'publish'>
  /** Groups that have a start.conf. */
  groups(): Promise<string[]>
}): DevicesWatch {
  const { file, db, bus, log, bootConfigs } = deps
  const folder = dirname(file)
  const schools = basename(folder) === defaultSchool ? dirname(folder) : undefined
  const watches = new Map<string, FolderWatch>()
  const digests = new Map<string, string>()
  const problems = new Map<string, string>()
  let work = Promise.resolve()
  let isStopped = false

  function watchIt(path: string): void {
    if (watches.has(path) || isStopped) return
    const forget = (error: Error) => {
      watches.get(path)?.close()
      watches.delete(path)
      if (path === folder) problems.set(path, `${path} is not watched: ${error.message}`)
    }
    try {
      watches.set(path, watchFolder(path, schedule, { onError: forget }))
    } catch (error) {
      forget(error as Error)
    }
  }

  const schedule = () => {
    work = work.then(look).catch((err) => log.error({ err }, 'devices.csv files not read'))
  }

  /** The files there are, by school. */
  async function find(): Promise<Map<string, string>> {
    const files = new Map([[defaultSchool, file]])
    watchIt(folder)
    for (const name of await readdir(folder).catch(() => [])) {
      const school = schoolFile.exec(name)?.[1]
      if (school && join(folder, name) !== file) files.set(school, join(folder, name))
    }
    if (!schools) return files
    watchIt(schools)
    for (const entry of await readdir(schools, { withFileTypes: true }).catch(() => [])) {
      const school = schoolFile.exec(`${entry.name}.devices.csv`)?.[1]
      const path = join(schools, entry.name, `${entry.name}.devices.csv`)
      if (!school || school === defaultSchool || !entry.isDirectory()) continue
      watchIt(join(schools, entry.name))
      if (await stat(path).catch(() => undefined)) files.set(school, path)
    }
    return files
  }

  async function look(): Promise<void> {
    for (const [school, path] of await find()) {
      if (isStopped) return
      try {
        await take(school, path)
      } catch (error) {
        refuse(school, path, error)
      }
    }
  }

  async function take(school: string, path: string): Promise<void> {
    const content = await read(path)
    const digest = createHash('sha256').update(content).digest('hex')
    if (digests.get(path) === digest) return
    digests.set(path, digest)
    if (await isKnown(school, content)) return void problems.delete(path)
    const groups = await deps.groups()
    const result = await importDevices(db, {
      ...{ school, content, groups, dryRun: false, remove: 'from-file', whole: true },
    })
    problems.delete(path)
    const { added, changed, removed } = countsOf(result)
    const entry = { who: 'devices-file', source: path, action: 'host.import' }
    await recordAudit(db, { ...entry, target: basename(path), detail: countsOf(result) })
    await afterImport({ bus, bootConfigs }, result)
    log.info({ file: path, school, added, changed, removed }, 'devices.csv taken over')
    bus.publish('devices-file.imported', { file: path, school, added, changed, removed })
  }

  function refuse(school: string, path: string, error: unknown): void {
    const { code, message, fix } = toLinboError(error, 'DEVICES_FILE', `cannot take over ${path}`)
    // What is not the file's own fault is tried again with the next change of anything.
    if (!['DEVICES_BROKEN', 'HOSTS_WOULD_GO'].includes(code)) digests.delete(path)
    const text = `${path}: ${message}`
    if (problems.get(path) === text) return
    problems.set(path, text)
    log.warn(
      { file: path, school, reason: message },
      'devices.csv refused, the hosts stay as they are',
    )
    bus.publish('devices-file.refused', { file: path, school, reason: message, fix: fix ?? null })
  }

  async function isKnown(school: string, content: Buffer): Promise<boolean> {
    const known = await findDeviceFile(db, school)
    return known !== undefined && content.equals(known.content)
  }

  return {
    async start() {
      schedule()
      await work
    },
    async stop() {
      isStopped = true
      for (const watch of watches.values()) watch.close()
      await work
    },
    async recheck() {
      for (const [school, path] of await find()) {
        if (!problems.has(path)) continue
        const content = await read(path).catch(() => undefined)
        if (content && (await isKnown(school, content))) problems.delete(path)
      }
    },
    problem: () => [...problems.values()][0],
  }
}

async function read(path: string): Promise<Buffer> {
  const content = await readFile(path).catch((error) => {
    throw toLinboError(
      error,
      'DEVICES_FILE',
      'it cannot be read',
      'Let the suite read it, or correct LINBO_DEVICES_FILE.',
    )
  })
  if (content.length <= longestBytes) return content
  throw new LinboError('DEVICES_FILE', `it has ${content.length} bytes`, {
    fix: 'See that it is a devices.csv.',
  })
}
