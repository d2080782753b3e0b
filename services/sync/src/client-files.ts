import { appendFile, chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  addLogFacts,
  addMissingFirmware,
  type Db,
  findHostByMac,
  listHosts,
  pruneHardware,
  saveHardware,
  saveImageUse,
} from '@linbo/db'
import type { Logger } from '@linbo/log'
import { writeAtomic } from '@linbo/runtime'
import type { ClientFileKind } from './access.ts'
import { type ClientFacts, readClientFile } from './client-file.ts'

/** Whose file it is. */
export interface FileOwner {
  /** Null for a machine that is no host. */
  hostname: string | null
  mac: string | null
  ip: string
}

export interface ClientFiles {
  /**
   * Keeps a file without its passwords, and what it says in the database.
   * @param name as it was called on the client: `linbo.log`
   * @returns where it lies
   * @throws Error that says why it is not kept.
   */
  keep(owner: FileOwner, name: string, type: ClientFileKind, bytes: Uint8Array): Promise<string>
  /** Forgets what came from machines that are no hosts, when it is old or too much. */
  prune(): Promise<void>
}

const dayMs = 24 * 60 * 60_000
/** How long files of machines that never were hosts are kept, and those of hosts that are gone. */
const strangersMs = 7 * dayMs
const formerMs = 30 * dayMs
const mostStrangers = 500
const folderMode = 0o750
const fileMode = 0o640

/** Files of clients in `<dataDir>/logs`: `<host>_<name>`, and `unknown/<MAC or address>_<name>`. */
export function createClientFiles(options: {
  db: Db
  dataDir: string
  maxBytes: number
  /** Passwords that must not be kept. */
  secrets(): Promise<string[]>
  now(): number
  log: Logger
}): ClientFiles {
  const { db, maxBytes, now, log } = options
  const folder = join(options.dataDir, 'logs')
  const strangers = join(folder, 'unknown')

  async function keep(
    owner: FileOwner,
    name: string,
    type: ClientFileKind,
    bytes: Uint8Array,
  ): Promise<string> {
    const { bytes: kept, facts } = await readClientFile(type, bytes, await options.secrets())
    const isHost = owner.hostname !== null
    const key = owner.hostname ?? (owner.mac ?? owner.ip).replaceAll(':', '-')
    const path = join(isHost ? folder : strangers, `${key}_${name}`)
    await mkdir(folder, { recursive: true, mode: folderMode })
    if (!isHost) await mkdir(strangers, { recursive: true, mode: folderMode })
    if (type === 'log') await append(path, kept)
    else await writeAtomic(path, kept, { mode: fileMode })
    if (!isHost) await pruneFolder(strangers, () => strangersMs, mostStrangers)
    await store(owner, facts).catch((err) =>
      log.warn({ err, host: owner.mac, file: name }, 'what a client file says is not stored'),
    )
    return path
  }

  async function append(path: string, bytes: Uint8Array): Promise<void> {
    const before = await stat(path).then(
      (found) => found.size,
      () => 0,
    )
    if (before > 0 && before + bytes.length > maxBytes) await rename(path, `${path}.1`)
    await appendFile(path, bytes, { mode: fileMode })
    await chmod(path, fileMode)
  }

  async function store({ hostname, mac }: FileOwner, facts: ClientFacts): Promise<void> {
    const at = new Date(now())
    if (facts.kind === 'hardware') {
      const { hardware } = facts
      const known = mac ?? (await ownMac(hardware.networkCards))
      if (known) await saveHardware(db, known, hardware, at)
      if (hostname !== null) await addMissingFirmware(db, hostname, hardware.missingFirmware, at)
    } else if (hostname === null) return
    else if (facts.kind === 'images') {
      for (const { kind, image, time, version } of facts.images)
        await saveImageUse(db, { hostname, image, kind, client_time: time, version, at })
    } else if (facts.kind === 'log') {
      const { linboVersion, errors, missingFirmware } = facts.log
      await addLogFacts(db, hostname, { at, linboVersion, errors })
      await addMissingFirmware(db, hostname, missingFirmware, at)
    }
  }

  /** The card a machine was booted with, by its own list; never one that a host has. */
  async function ownMac(cards: { mac: string | null; hasLink: boolean | null }[]) {
    const card = cards.find((one) => one.mac && one.hasLink) ?? cards.find((one) => one.mac)
    if (!card?.mac || (await findHostByMac(db, card.mac))) return undefined
    return card.mac
  }

  /** @param keptMs how long a file of this name is kept; undefined is for ever. */
  async function pruneFolder(
    path: string,
    keptMs: (name: string) => number | undefined,
    most = Number.POSITIVE_INFINITY,
  ): Promise<void> {
    const names = await readdir(path).catch(() => [])
    if (names.length === 0) return
    const found = await Promise.all(
      names.map(async (name) => ({ name, stat: await stat(join(path, name)).catch(() => null) })),
    )
    const files = found
      .flatMap((one) => (one.stat?.isFile() ? [{ name: one.name, at: one.stat.mtimeMs }] : []))
      .sort((a, b) => b.at - a.at)
    for (const [index, { name, at }] of files.entries()) {
      const ms = keptMs(name)
      if (index >= most || (ms !== undefined && at < now() - ms))
        await rm(join(path, name), { force: true })
    }
  }

  return {
    keep,
    async prune() {
      const hosts = new Set((await listHosts(db)).map((host) => host.hostname))
      await pruneFolder(strangers, () => strangersMs, mostStrangers)
      await pruneFolder(folder, (name) =>
        hosts.has(name.slice(0, name.indexOf('_'))) ? undefined : formerMs,
      )
      await pruneHardware(db, new Date(now() - formerMs))
    },
  }
}
