import { constants } from 'node:fs'
import { lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip as gunzipWithCallback } from 'node:zlib'
import { hideSecrets, whyNotHostname } from '@linbo/formats'
import { toLinboError } from '@linbo/runtime'

const gunzip = promisify(gunzipWithCallback)

/** Whose files: a host's by its name, another machine's by its MAC. */
export type LogOwner = { host: string } | { mac: string }

export interface LogFile {
  /** As it was called on the client: `linbo.log`; `linbo.log.1` is what came before. */
  name: string
  sizeBytes: number
  changedAt: Date
}

/** The files that clients sent, as the sync service keeps them in `<dataDir>/logs`. */
export interface LogFiles {
  /** Newest first. */
  list(owner: LogOwner): Promise<LogFile[]>
  /** The text of a file, unpacked, without passwords; undefined when there is none of this name. */
  read(owner: LogOwner, name: string): Promise<string | undefined>
  /** The text files of all hosts, newest first. */
  all(): Promise<(LogFile & { host: string; path: string })[]>
}

/** No file is larger: what a client may send, and what a compressed one may hold. */
const longest = 64 * 1024 * 1024
const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,110}$/

export function createLogFiles(dataDir: string): LogFiles {
  const folder = join(dataDir, 'logs')

  const placeOf = (owner: LogOwner) =>
    'host' in owner
      ? { in: folder, prefix: `${owner.host}_`, isSafe: whyNotHostname(owner.host) === undefined }
      : {
          in: join(folder, 'unknown'),
          prefix: `${owner.mac.replaceAll(':', '-')}_`,
          isSafe: /^[0-9a-f:]{17}$/.test(owner.mac),
        }
  const namesIn = (path: string) =>
    readdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw toLinboError(error, 'LOGS_READ', 'cannot read the folder of the client logs')
    })
  const look = async (path: string, name: string): Promise<LogFile[]> => {
    const found = await lstat(path).catch(() => undefined)
    return found?.isFile() ? [{ name, sizeBytes: found.size, changedAt: found.mtime }] : []
  }
  const byTime = (a: LogFile, b: LogFile) => b.changedAt.getTime() - a.changedAt.getTime()

  return {
    async list(owner) {
      const place = placeOf(owner)
      if (!place.isSafe) return []
      const files = (await namesIn(place.in))
        .filter((name) => name.startsWith(place.prefix))
        .map((name) => look(join(place.in, name), name.slice(place.prefix.length)))
      return (await Promise.all(files)).flat().sort(byTime)
    },
    async read(owner, name) {
      const place = placeOf(owner)
      if (!place.isSafe || !safeName.test(name)) return undefined
      const bytes = await readWhole(join(place.in, place.prefix + name))
      if (!bytes) return undefined
      const isPacked = /\.gz$/.test(name)
      const text = isPacked
        ? await gunzip(bytes, { maxOutputLength: longest }).catch((cause) => {
            throw toLinboError(cause, 'LOGS_READ', `${name} cannot be unpacked`)
          })
        : bytes
      return hideSecrets(text.toString('utf8'))
    },
    async all() {
      const files = (await namesIn(folder)).flatMap((file) => {
        const [, host = '', name = ''] =
          /^([a-z0-9-]+)_(.+\.(?:log(?:\.1)?|status))$/.exec(file) ?? []
        if (name === '') return []
        const path = join(folder, file)
        return [look(path, name).then((found) => found.map((one) => ({ ...one, host, path })))]
      })
      return (await Promise.all(files)).flat().sort(byTime)
    },
  }
}

/** The bytes of a plain file; undefined when there is none. */
export async function readWhole(path: string): Promise<Buffer | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined)
  if (!file) return undefined
  try {
    const found = await file.stat()
    if (!found.isFile() || found.size > longest) return undefined
    return await file.readFile()
  } finally {
    await file.close()
  }
}
